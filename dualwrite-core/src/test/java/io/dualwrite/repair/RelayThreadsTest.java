package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.journal.Journal;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RelayThreadsTest {
    private static final int THREADS = 4;
    private static final RelaySettings SETTINGS = Bench.RELAY.withBatch(100).withThreads(THREADS);

    private final Bench bench = Bench.at(Stage.DUAL_WRITE);
    private final Set<Thread> carriers = ConcurrentHashMap.newKeySet();

    @Test
    void whatIsClaimedTogetherIsTransferredAtTheSameTime() {
        write(400);
        CountDownLatch together = new CountDownLatch(THREADS);
        Relay relay = relay(SETTINGS, records -> {
            together.countDown();
            assertThat(together.await(30, TimeUnit.SECONDS))
                    .as("all of them at once")
                    .isTrue();
        });

        assertThat(relay.runOnce()).isEqualTo(400);

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN)).hasSize(400);
        assertThat(bench.journals.origin().backlog().isEmpty()).isTrue();
        assertThat(carriers).hasSize(THREADS).contains(Thread.currentThread());
        carriers.remove(Thread.currentThread());
        assertThat(carriers).allSatisfy(thread -> {
            assertThat(thread.isDaemon()).isTrue();
            assertThat(thread.isAlive()).as("after the run").isFalse();
        });
    }

    @Test
    void noRecordIsCarriedByTwo() {
        write(400);

        relay(SETTINGS, records -> {}).runOnce();

        Set<RecordId> carried = new HashSet<>();
        bench.maps.carried.forEach(batch -> batch.forEach(
                record -> assertThat(carried.add(record)).as("once").isTrue()));
        assertThat(carried).hasSize(400);
    }

    @Test
    void fewRecordsAreTransferredInOneBatch() {
        write(20);

        assertThat(relay(SETTINGS, records -> {}).runOnce()).isEqualTo(20);

        assertThat(bench.maps.carried)
                .singleElement()
                .satisfies(batch -> assertThat(batch).hasSize(20));
        assertThat(carriers).containsExactly(Thread.currentThread());
    }

    @Test
    void aRecordThatTheCopyRefusesHoldsUpNoOther() {
        write(400);
        RecordId bad = Item.records(77).iterator().next();

        relay(SETTINGS, records -> {
                    if (records.contains(bad)) {
                        throw new SQLException("rejected", "22001");
                    }
                })
                .runOnce();

        assertThat(bench.items(Side.TARGET)).hasSize(399).doesNotContainKey(77L);
        assertThat(bench.journals.origin().seen(Set.of(bad)))
                .singleElement()
                .satisfies(intent -> assertThat(intent.attempts()).isOne());
    }

    @Test
    void anInterruptReachesAllThreadsAndNothingIsLost() {
        write(400);
        CountDownLatch together = new CountDownLatch(THREADS);
        Thread caller = Thread.currentThread();
        Relay relay = relay(SETTINGS, records -> {
            together.countDown();
            together.await();
            caller.interrupt();
            TimeUnit.DAYS.sleep(1);
        });

        relay.runOnce();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(carriers).hasSize(THREADS);
        assertThat(bench.items(Side.TARGET)).isEmpty();
        assertThat(bench.journals.origin().backlog().open()).isEqualTo(400);
        bench.pace.pass(Duration.ofMinutes(1));
        relay(SETTINGS, records -> {}).runOnce();
        assertThat(bench.items(Side.TARGET)).hasSize(400);
    }

    @Test
    void threadsAreOneToEight() {
        assertThatThrownBy(() -> SETTINGS.withThreads(0)).hasMessageContaining("relay.threads is 1 to 8, not 0");
        assertThatThrownBy(() -> SETTINGS.withThreads(9)).hasMessageContaining("not 9");
    }

    private interface Before {
        void carry(Set<RecordId> records) throws Exception;
    }

    private Relay relay(RelaySettings settings, Before before) {
        Bench.Node node = bench.node();
        Sides<Journal> journals = new Sides<>(bench.journals.origin(), bench.journals.target());
        Carrier carrier = new Carrier() {
            @Override
            public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
                carriers.add(Thread.currentThread());
                before.carry(records);
                bench.maps.carry(authority, records, checkpoint);
            }
        };
        return new Relay(
                node.board,
                journals,
                new Transfer(journals, carrier),
                node.breaker,
                settings,
                bench.events,
                bench.pace);
    }

    private void write(int records) {
        LongStream.rangeClosed(1, records)
                .forEach(id -> assertThat(bench.write(id, "v" + id)).isTrue());
    }
}
