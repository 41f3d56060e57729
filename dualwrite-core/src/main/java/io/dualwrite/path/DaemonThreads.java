package io.dualwrite.path;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads named {@code dualwrite-<migration>-<job>-<n>}. */
final class DaemonThreads implements ThreadFactory {
    private static final Duration AFTER_INTERRUPT = Duration.ofMillis(500);

    private final String prefix;
    private final AtomicInteger number = new AtomicInteger();
    private final Set<Thread> made = ConcurrentHashMap.newKeySet();

    private DaemonThreads(String prefix) {
        this.prefix = prefix;
    }

    static ThreadFactory named(String migration, String job) {
        return new DaemonThreads("dualwrite-" + migration + "-" + job + "-");
    }

    @Override
    public Thread newThread(Runnable work) {
        made.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        Thread thread = new Thread(work, prefix + number.incrementAndGet());
        thread.setDaemon(true);
        made.add(thread);
        return thread;
    }

    /**
     * Forgets what waits, gives what runs the grace to end, and only then interrupts it, since an interrupt in the middle of
     * file access closes the files of an embedded database. A call that ignores interrupts is left behind as a daemon.
     */
    static void stop(ThreadPoolExecutor threads, Duration grace) {
        threads.shutdown();
        threads.getQueue().clear();
        try {
            if (threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                join(threads);
                return;
            }
            threads.shutdownNow();
            if (threads.awaitTermination(AFTER_INTERRUPT.toMillis(), TimeUnit.MILLISECONDS)) {
                join(threads);
            }
        } catch (InterruptedException interrupted) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** A pool has ended a moment before its last thread has, which whoever looks for leaked threads would still see. */
    private static void join(ThreadPoolExecutor threads) throws InterruptedException {
        if (threads.getThreadFactory() instanceof DaemonThreads factory) {
            for (Thread thread : List.copyOf(factory.made)) {
                thread.join(AFTER_INTERRUPT.toMillis());
            }
        }
    }
}
