package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import io.dualwrite.testkit.fault.MemoryStore;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes with several writers each go from OFF to COMPLETE, and back once, without ever pausing. */
@Timeout(240)
class StoresTrafficTest {
    private static final int WRITERS = 4;
    private static final int KEYS = 5;
    private static final int ATTEMPTS = 30;

    private final Sides<MemoryStore<Note, Long>> stores = Sides.each(side -> new MemoryStore<>(Note.TYPE));
    private final JdbcConnectionPool journal =
            JdbcConnectionPool.create("jdbc:h2:mem:traffic" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final AtomicBoolean stopped = new AtomicBoolean();

    /** Somebody who writes keys of their own, and knows what may be found of each. */
    private final class Writer {
        private final Store<Note, Long> store;
        private final long first;
        private final Random random;
        private final Map<Long, Set<@Nullable String>> possible = new HashMap<>();
        private int acknowledged;

        Writer(Store<Note, Long> store, int number) {
            this.store = store;
            this.first = number * 100L;
            this.random = new Random(number);
        }

        int write() {
            for (int count = 0; !stopped.get(); count++) {
                long key = first + random.nextInt(KEYS);
                String value = random.nextInt(5) == 0 ? null : "value " + count;
                Set<@Nullable String> known = possible.computeIfAbsent(key, any -> new HashSet<>());
                known.add(value);
                try {
                    if (value == null) {
                        store.delete(key);
                    } else {
                        store.save(new Note(key, value));
                    }
                    known.clear();
                    known.add(value);
                    acknowledged++;
                } catch (Exception unknown) {
                    // Made or not: both may be found.
                    continue;
                }
            }
            return acknowledged;
        }
    }

    @Test
    void everyAcknowledgedWriteIsThereAtTheEnd() throws Exception {
        journal.setMaxConnections(40);
        try (StoresMigration<Note, Long> one = node();
                StoresMigration<Note, Long> two = node()) {
            List<Writer> writers = new ArrayList<>();
            for (int number = 1; number <= WRITERS; number++) {
                writers.add(new Writer((number % 2 == 0 ? one : two).store(), number));
            }
            ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
            List<Future<Integer>> running = writers.stream()
                    .map(writer -> threads.submit(writer::write))
                    .toList();
            one.moveTo(Stage.DUAL_WRITE);
            one.backfill();
            one.moveTo(Stage.SHADOW);
            switched(one, Stage.LIVE);
            switched(two, Stage.SHADOW);
            switched(two, Stage.LIVE);
            one.moveTo(Stage.RAMP_DOWN);
            stopped.set(true);
            int acknowledged = 0;
            for (Future<Integer> each : running) {
                acknowledged += each.get(60, TimeUnit.SECONDS);
            }
            threads.shutdown();
            assertThat(acknowledged).isGreaterThan(100);
            assertThat(one.awaitDrained(Duration.ofSeconds(60))).isTrue();
            assertEveryWriteIsOn(Side.TARGET, writers);
            assertEveryWriteIsOn(Side.ORIGIN, writers);
            one.approve(Stage.COMPLETE, "the test");
            assertThat(one.moveTo(Stage.COMPLETE)).isEqualTo(Stage.COMPLETE);
        } finally {
            journal.dispose();
        }
    }

    private void assertEveryWriteIsOn(Side side, List<Writer> writers) {
        for (Writer writer : writers) {
            writer.possible.forEach((key, values) -> {
                Note found = stores.of(side).find(key);
                assertThat(values).as("on the " + side).contains(found == null ? null : found.text());
            });
        }
    }

    private static void switched(StoresMigration<Note, Long> node, Stage stage) throws Exception {
        node.approve(Stage.LIVE, "the test");
        for (int attempt = 1; ; attempt++) {
            try {
                node.refresh();
                node.verify(VerifyPolicy.REPAIR);
                node.moveTo(stage);
                return;
            } catch (StageRefusedException | SQLTransientException held) {
                if (attempt == ATTEMPTS) {
                    throw held;
                }
            }
        }
    }

    private StoresMigration<Note, Long> node() {
        StoresMigration<Note, Long> node = Jdbc.stores("traffic", Note.class, Long.class, journal)
                .between(new Slow(stores.origin()), new Slow(stores.target()))
                .key(Note::id)
                .callsEndWithin(Duration.ofMillis(500))
                .grace(Duration.ofMillis(1_500))
                .createTables(true)
                .attestedBy("the test")
                .build();
        node.start();
        return node;
    }

    /** Lets others in, in the middle of each call. */
    private record Slow(MemoryStore<Note, Long> behind) implements io.dualwrite.store.ScannableStore<Note, Long> {
        @Override
        public @Nullable Note find(Long key) {
            Note found = behind.find(key);
            Thread.yield();
            return found;
        }

        @Override
        public void save(Note record) {
            Thread.yield();
            behind.save(record);
            Thread.yield();
        }

        @Override
        public void delete(Long key) {
            Thread.yield();
            behind.delete(key);
            Thread.yield();
        }

        @Override
        public List<Long> keysAfter(@Nullable Long after, int limit) {
            return behind.keysAfter(after, limit);
        }
    }
}
