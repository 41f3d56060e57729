package io.dualwrite.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.compare.Equivalences;
import io.dualwrite.compare.Findings;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.ShadowShed;
import io.dualwrite.stage.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Shadow reads asked for by many threads at once, while the copy hangs. */
class ShadowReaderBoundTest {
    private static final int THREADS = 2;
    private static final int WAITING = 3;
    private static final int CALLERS = 4;
    private static final int CALLS_EACH = 25;

    /** Does the work soon, or sheds it and says so. */
    private interface Later {
        boolean isTaken(Runnable work);
    }

    @Test
    void noMoreThanTheBoundAreTakenAndNobodyWaits() throws Exception {
        List<MigrationEvent> events = new CopyOnWriteArrayList<>();
        ShadowReader.Plan plan = new ShadowReader.Plan(
                "bound",
                THREADS,
                WAITING,
                () -> true,
                Equivalences.equality(),
                record -> {},
                new Findings(),
                Contexts.of(null));
        ThreadLocal<Integer> shed = ThreadLocal.withInitial(() -> 0);
        try (ShadowReader reader = new ShadowReader(new FakeTransactions(Side.ORIGIN), plan, event -> {
            events.add(event);
            shed.set(shed.get() + 1);
        })) {
            ReadPath.Query query = new ReadPath.Query("find", null, false, true);
            staysWithinItsBound(work -> {
                int before = shed.get();
                reader.compareLater(query, Side.TARGET, "a", side -> {
                    work.run();
                    return "a";
                });
                return shed.get() == before;
            });
            assertThat(events).filteredOn(new ShadowShed()::equals).hasSize(CALLERS * CALLS_EACH - THREADS - WAITING);
        }
    }

    @Test
    void aQueueWithoutABoundIsCaught() {
        ExecutorService unbounded = Executors.newFixedThreadPool(THREADS);
        try {
            assertThatThrownBy(() -> staysWithinItsBound(work -> {
                        unbounded.execute(work);
                        return true;
                    }))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("taken");
        } finally {
            unbounded.shutdownNow();
        }
    }

    private static void staysWithinItsBound(Later later) throws Exception {
        CountDownLatch copyAnswers = new CountDownLatch(1);
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Runnable work = () -> {
            try {
                copyAnswers.await();
                done.incrementAndGet();
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            }
        };
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            callers.add(new Thread(() -> {
                for (int call = 0; call < CALLS_EACH; call++) {
                    if (later.isTaken(work)) {
                        taken.incrementAndGet();
                    }
                }
            }));
        }
        callers.forEach(Thread::start);
        for (Thread caller : callers) {
            caller.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(caller.isAlive()).as("a caller waits").isFalse();
        }
        assertThat(taken).as("taken").hasValue(THREADS + WAITING);
        copyAnswers.countDown();
        await().untilAtomic(done, org.hamcrest.Matchers.is(THREADS + WAITING));
    }
}
