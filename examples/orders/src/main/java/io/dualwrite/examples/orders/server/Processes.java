package io.dualwrite.examples.orders.server;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ending other processes. */
final class Processes {
    private static final int SECONDS_TO_END = 10;

    private Processes() {}

    /** Kills a process and returns when it is gone. */
    static void kill(ProcessHandle process) throws IOException {
        process.destroyForcibly();
        awaitEnd(process);
    }

    /** Returns when a process is gone. */
    static void awaitEnd(ProcessHandle process) throws IOException {
        try {
            process.onExit().get(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while process " + process.pid() + " ended", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Process " + process.pid() + " does not end", e);
        }
    }
}
