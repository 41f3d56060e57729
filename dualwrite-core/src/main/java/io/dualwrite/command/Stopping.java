package io.dualwrite.command;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While open, a signal that ends the process (SIGINT, SIGTERM) first interrupts the thread that opened it and lets that one
 * come to an end in good order, for a while. Nothing would be lost without; transactions would be cut off in the middle.
 */
final class Stopping implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Thread working = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "dualwrite-stopping");

    Stopping() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException goingDown) {
            working.interrupt();
        }
    }

    private void stop() {
        working.interrupt();
        try {
            // What takes longer is cut off after all; it is safe to be.
            if (!ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException goingDown) {
            // Then the hook runs already, and has just been let go.
            return;
        }
    }
}
