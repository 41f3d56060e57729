package io.dualwrite.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimedCallsTest {
    private final ExecutorService borrowed = Executors.newCachedThreadPool();
    private final CountDownLatch forever = new CountDownLatch(1);

    /** On a thread that is there when this returns, however long it takes to make one. */
    private void begin(Runnable work) {
        CountDownLatch begun = new CountDownLatch(1);
        borrowed.execute(() -> {
            begun.countDown();
            work.run();
        });
        try {
            begun.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void close() {
        forever.countDown();
        borrowed.shutdownNow();
    }

    @Test
    void aBorrowedExecutorIsBoundedAndOutlivesTheCalls() throws Exception {
        TimedCalls calls = new TimedCalls(this::begin, Duration.ofMillis(200), 2);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        for (int call = 0; call < 2; call++) {
            assertThatThrownBy(() -> calls.call(() -> {
                        threads.add(Thread.currentThread());
                        waitUninterruptibly();
                        return "late";
                    }))
                    .isInstanceOf(TimeoutException.class)
                    .isNotInstanceOf(TimedCalls.NoThreadException.class);
        }
        assertThatThrownBy(() -> calls.call(() -> "one too many")).isInstanceOf(TimedCalls.NoThreadException.class);
        forever.countDown();
        calls.close();
        calls.close();
        assertThatThrownBy(() -> calls.call(() -> "too late")).isInstanceOf(TimedCalls.NoThreadException.class);
        assertThat(borrowed.submit(() -> "still there").get()).isEqualTo("still there");
        assertThat(threads).hasSize(2);
    }

    @Test
    void anExecutorThatTakesNothingCostsNoPlace() {
        TimedCalls calls = new TimedCalls(
                work -> {
                    throw new RejectedExecutionException("full");
                },
                Duration.ofSeconds(1),
                1);
        for (int call = 0; call < 3; call++) {
            assertThatThrownBy(() -> calls.call(() -> "never")).hasMessageContaining("executor");
        }
        calls.close();
    }

    @Test
    void anExecutorsErrorReachesTheCallerAndCostsNoPlace() throws Exception {
        boolean[] broken = {true};
        TimedCalls calls = new TimedCalls(
                work -> {
                    if (broken[0]) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    borrowed.execute(work);
                },
                Duration.ofSeconds(30),
                1);
        assertThatThrownBy(() -> calls.call(() -> "never")).isInstanceOf(OutOfMemoryError.class);
        broken[0] = false;
        assertThat(calls.call(() -> "answer")).isEqualTo("answer");
        calls.close();
    }

    private void waitUninterruptibly() {
        boolean waiting = true;
        while (waiting) {
            try {
                forever.await();
                waiting = false;
            } catch (InterruptedException ignored) {
                // As a driver that does not listen.
                Thread.interrupted();
            }
        }
    }
}
