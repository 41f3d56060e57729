package io.dualwrite.path;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that never keep a process alive, and the end of a pool of them. */
final class DaemonThreads {
    private static final Duration AFTER_INTERRUPT = Duration.ofMillis(500);

    private DaemonThreads() {}

    static ThreadFactory named(String migration, String job) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, "dualwrite-" + migration + "-" + job + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Forgets what waits, gives what runs the grace to end, and only then interrupts it, since an interrupt in the middle of
     * file access closes the files of an embedded database. A call that ignores interrupts is left behind as a daemon.
     */
    static void stop(ThreadPoolExecutor threads, Duration grace) {
        threads.shutdown();
        threads.getQueue().clear();
        try {
            if (!threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
                threads.awaitTermination(AFTER_INTERRUPT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
