package io.dualwrite.path;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that never keep a process alive, and the end of a pool of them. */
final class DaemonThreads {
    private DaemonThreads() {}

    static ThreadFactory named(String migration, String job) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, "dualwrite-" + migration + "-" + job + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Interrupts everything and waits for it; a call that ignores interrupts is left behind as a daemon. */
    static void stop(ThreadPoolExecutor threads, Duration grace) {
        threads.shutdownNow();
        try {
            threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
