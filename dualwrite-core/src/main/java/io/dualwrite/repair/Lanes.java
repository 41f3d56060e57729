package io.dualwrite.repair;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Does several things at the same time, the first on the caller's thread and each other one on a daemon thread of its own,
 * and comes back when all are done. An interrupt of the caller is handed on to all of them. Blocks.
 */
final class Lanes {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Lanes() {}

    /** Runs all of them; throws what one of them threw, when all have ended. */
    static void run(List<? extends Runnable> works) {
        if (works.size() == 1) {
            works.get(0).run();
            return;
        }
        Lanes lanes = new Lanes();
        String name = Thread.currentThread().getName();
        for (int lane = 1; lane < works.size(); lane++) {
            lanes.start(works.get(lane), name + "-" + (lane + 1));
        }
        lanes.noting(works.get(0));
        lanes.join();
        Throwable thrown = lanes.failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException unchecked) {
            throw unchecked;
        }
    }

    private void start(Runnable work, String name) {
        Thread thread = new Thread(() -> noting(work), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void noting(Runnable work) {
        try {
            work.run();
        } catch (Throwable thrown) {
            failure.compareAndSet(null, thrown);
        }
    }

    private void join() {
        boolean interrupted = Thread.interrupted();
        if (interrupted) {
            threads.forEach(Thread::interrupt);
        }
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException stop) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
