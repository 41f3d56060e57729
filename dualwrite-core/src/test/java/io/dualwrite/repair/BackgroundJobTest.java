package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackgroundJobTest {
    private static final Duration NEVER = Duration.ofDays(1);

    @Test
    void itGoesOnAtOnceWhileThereIsSomethingToDo() throws Exception {
        CountDownLatch fiveTimes = new CountDownLatch(5);
        try (BackgroundJob job = new BackgroundJob("job", NEVER, () -> {
            fiveTimes.countDown();
            return fiveTimes.getCount() > 0;
        })) {
            assertThat(fiveTimes.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void itComesBackAfterItsRest() throws Exception {
        CountDownLatch threeTimes = new CountDownLatch(3);
        try (BackgroundJob job = new BackgroundJob("job", Duration.ofMillis(1), () -> {
            threeTimes.countDown();
            return false;
        })) {
            assertThat(threeTimes.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aWakeUpEndsItsRestAndOneDuringTheWorkIsNotLost() throws Exception {
        LinkedBlockingQueue<Integer> done = new LinkedBlockingQueue<>();
        AtomicInteger runs = new AtomicInteger();
        BackgroundJob[] self = new BackgroundJob[1];
        CountDownLatch started = new CountDownLatch(1);
        try (BackgroundJob job = new BackgroundJob("job", NEVER, () -> {
            started.await();
            int run = runs.incrementAndGet();
            if (run == 1) {
                self[0].wake();
            }
            done.add(run);
            return false;
        })) {
            self[0] = job;
            started.countDown();
            assertThat(done.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(done.poll(30, TimeUnit.SECONDS))
                    .as("woken during the work")
                    .isEqualTo(2);
            job.wake();
            assertThat(done.poll(30, TimeUnit.SECONDS)).isEqualTo(3);
        }
    }

    @Test
    void whateverTheWorkThrowsEndsNothing() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch survived = new CountDownLatch(1);
        try (BackgroundJob job = new BackgroundJob("job", Duration.ofMillis(1), () -> {
            switch (runs.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("once");
                case 2 -> throw new StackOverflowError();
                case 3 -> throw new InterruptedException();
                case 4 -> Thread.currentThread().interrupt();
                default -> survived.countDown();
            }
            return false;
        })) {
            assertThat(survived.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void afterClosingItsThreadIsGone() throws Exception {
        CountDownLatch once = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        BackgroundJob job = new BackgroundJob("dualwrite-shop-job", NEVER, () -> {
            thread[0] = Thread.currentThread();
            once.countDown();
            return false;
        });
        once.await();
        assertThat(thread[0].isDaemon()).isTrue();
        assertThat(thread[0].getName()).isEqualTo("dualwrite-shop-job");

        long begun = System.nanoTime();
        job.close();
        job.close();

        assertThat(thread[0].isAlive()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("a job at rest is woken, not waited for")
                .isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void workInHandIsFinishedBeforeTheClosingReturnsAndNotInterrupted() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        boolean[] interrupted = new boolean[1];
        boolean[] finished = new boolean[1];
        BackgroundJob job = new BackgroundJob("job", NEVER, () -> {
            working.countDown();
            mayEnd.await();
            interrupted[0] = Thread.currentThread().isInterrupted();
            finished[0] = true;
            return true;
        });
        working.await();
        Thread closer = new Thread(job::close, "closer");
        closer.start();
        await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        mayEnd.countDown();

        closer.join();

        assertThat(finished[0]).isTrue();
        assertThat(interrupted[0]).isFalse();
    }

    @Test
    void workThatHangsIsInterruptedAfterAWhile() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        BackgroundJob job = new BackgroundJob("job", NEVER, () -> {
            working.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
            }
            return false;
        });
        working.await();
        long begun = System.nanoTime();

        job.close();

        assertThat(interrupted.getCount()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void aJobMayCloseItself() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        BackgroundJob[] self = new BackgroundJob[1];
        Thread[] thread = new Thread[1];
        CountDownLatch known = new CountDownLatch(1);
        self[0] = new BackgroundJob("job", NEVER, () -> {
            known.await();
            thread[0] = Thread.currentThread();
            self[0].close();
            closed.countDown();
            return true;
        });
        known.countDown();

        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        thread[0].join();
    }
}
