package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PendingTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Pending pending = new Pending();

    @Test
    void aNotedRecordIsPendingUntilItArrives() {
        pending.note(Item.records(1, 2));
        pending.arrived(Item.records(1), pending.mark());

        assertThat(pending.contains(Item.record(1))).isFalse();
        assertThat(pending.contains(Item.record(2))).isTrue();
        assertThat(pending.contains(Item.record(3))).isFalse();
    }

    @Test
    void aRecordNotedAgainAfterTheMarkStaysPending() {
        pending.note(Item.records(1));
        long mark = pending.mark();
        pending.note(Item.records(1));
        pending.arrived(Item.records(1), mark);

        assertThat(pending.contains(Item.record(1))).isTrue();
    }

    @Test
    void aJournalSeenEmptyClearsWhatWasNotedBefore() {
        pending.note(Item.records(1));
        long mark = pending.mark();
        pending.note(Item.records(2));
        pending.allArrived(mark);

        assertThat(pending.contains(Item.record(1))).isFalse();
        assertThat(pending.contains(Item.record(2))).isTrue();
    }

    @Test
    void pastItsBoundEveryRecordIsPendingUntilTheJournalWasSeenEmpty() {
        pending.note(LongStream.range(0, Pending.MOST).mapToObj(Item::record).toList());
        assertThat(pending.contains(Item.record(-1))).isFalse();
        pending.note(Item.records(-2));

        assertThat(pending.contains(Item.record(-1))).isTrue();
        long mark = pending.mark();
        pending.arrived(pending.some(Pending.MOST), mark);
        assertThat(pending.contains(Item.record(-1)))
                .as("nobody knows which were left out")
                .isTrue();
        pending.allArrived(mark);
        assertThat(pending.contains(Item.record(-1))).isFalse();
    }

    @Test
    void anOverflowAfterTheMarkOutlivesIt() {
        pending.note(LongStream.range(0, Pending.MOST).mapToObj(Item::record).toList());
        long mark = pending.mark();
        pending.note(Item.records(-2));
        pending.allArrived(mark);

        assertThat(pending.contains(Item.record(-2))).isTrue();
    }

    @Test
    void aWaiterIsWokenWhenItsRecordsHaveArrived() throws Exception {
        pending.note(Item.records(1, 2));
        assertThat(wokenBy(() -> {
                    pending.arrived(Item.records(1), pending.mark());
                    pending.arrived(Item.records(2), pending.mark());
                }))
                .isTrue();
    }

    @Test
    void aWaiterIsWokenWhenTheJournalWasSeenEmpty() throws Exception {
        pending.note(Item.records(1, 2));
        assertThat(wokenBy(() -> pending.allArrived(pending.mark()))).isTrue();
    }

    /** Whether somebody who waits for two records already is woken by what happens then. */
    private boolean wokenBy(Runnable arrival) throws Exception {
        FutureTask<Boolean> waiting = new FutureTask<>(() -> pending.await(Item.records(1, 2), LONG));
        Thread waiter = new Thread(waiting, "waiter");
        waiter.start();
        await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        arrival.run();
        return waiting.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aWaiterGivesUpWithItsBudget() {
        pending.note(Item.records(1));

        assertThat(pending.await(Item.records(1), Duration.ofMillis(1))).isFalse();
        assertThat(pending.await(Item.records(2), Duration.ZERO)).isTrue();
    }

    @Test
    void anInterruptedWaiterGivesUpAndStaysInterrupted() {
        pending.note(Item.records(1));
        Thread.currentThread().interrupt();

        assertThat(pending.await(Item.records(1), LONG)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aChangeNotedDuringATransferStaysPending() {
        Bench bench = Bench.at(Stage.DUAL_WRITE);
        Relay relay = bench.node().relay;
        write(bench, relay, 1);
        bench.maps.beforeCarry = (authority, records) -> {
            bench.maps.beforeCarry = (again, others) -> {};
            write(bench, relay, 1);
        };

        relay.runOnce();
        assertThat(relay.pending().contains(Item.record(1))).isTrue();

        relay.runOnce();
        assertThat(relay.pending().contains(Item.record(1))).isFalse();
    }

    @Test
    void whatAnotherNodeBroughtOverIsFoundInTheJournal() {
        Bench bench = Bench.at(Stage.DUAL_WRITE);
        Relay relay = bench.node().relay;
        write(bench, relay, 1);
        write(bench, relay, 2);
        bench.journals.origin().remove(bench.journals.origin().seen(Item.records(1)));

        relay.reconcilePending();

        assertThat(relay.pending().some(10)).containsExactly(Item.record(2));
        bench.journals.origin().remove(bench.journals.origin().seen(Item.records(2)));
        relay.reconcilePending();
        assertThat(relay.pending().some(10)).isEmpty();
    }

    @Test
    void anOverflowEndsWhenTheJournalIsSeenEmpty() {
        Bench bench = Bench.at(Stage.DUAL_WRITE);
        Relay relay = bench.node().relay;
        relay.pending()
                .note(LongStream.rangeClosed(0, Pending.MOST)
                        .mapToObj(Item::record)
                        .toList());
        relay.pending()
                .arrived(relay.pending().some(Pending.MOST), relay.pending().mark());
        bench.journals.origin().append(Item.records(1));

        relay.reconcilePending();
        assertThat(relay.pending().isOverflowed()).isTrue();

        bench.node().relay.runOnce();
        relay.reconcilePending();
        assertThat(relay.pending().isOverflowed()).isFalse();
    }

    private static void write(Bench bench, Relay relay, long id) {
        assertThat(bench.write(Side.ORIGIN, id, "v")).isTrue();
        relay.pending().note(Set.of(Item.record(id)));
    }
}
