package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named daemon thread that does one thing again and again, until closed. It goes on at once while there is something to
 * do, rests otherwise, and can be woken. Whatever the work throws is logged once per kind and ends nothing.
 */
public final class BackgroundJob implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BackgroundJob.class);
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Duration LAST_WAIT = Duration.ofSeconds(2);

    private final Callable<Boolean> work;
    private final Duration rest;
    private final Semaphore wakeups = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    private String lastFault = "";

    /**
     * Starts at once.
     *
     * @param name the thread's name
     * @param rest how long to rest when there was nothing to do
     * @param work does a bounded piece of work; true when there may be more
     */
    public BackgroundJob(String name, Duration rest, Callable<Boolean> work) {
        this.work = work;
        this.rest = rest;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Ends the rest, if any. Never blocks. */
    public void wake() {
        // One permit is enough: the job looks at everything there is when it wakes up.
        if (wakeups.availablePermits() == 0) {
            wakeups.release();
        }
    }

    /** Asks the job to end after the work in hand. Never blocks; {@link #close()} waits for it. */
    public void end() {
        closed = true;
        wake();
    }

    /**
     * Ends the job: waits up to three seconds for the work in hand, and only then interrupts it, since an interrupt in the
     * middle of file access closes the files of an embedded database. Waits two more seconds at most. Idempotent.
     */
    @Override
    public void close() {
        end();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(GRACE.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(LAST_WAIT.toMillis());
            }
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            boolean more = false;
            try {
                more = work.call();
                lastFault = "";
            } catch (InterruptedException stop) {
                // Only close() interrupts this thread; the loop's condition tells.
                continue;
            } catch (Throwable failure) {
                report(failure);
            }
            if (!more && !closed) {
                rest();
            }
        }
    }

    private void rest() {
        try {
            if (wakeups.tryAcquire(rest.toNanos(), TimeUnit.NANOSECONDS)) {
                wakeups.drainPermits();
            }
        } catch (InterruptedException stop) {
            // As above.
            return;
        }
    }

    private void report(Throwable failure) {
        String fault = Fault.of(failure).kind();
        if (!closed && !fault.equals(lastFault)) {
            log.warn("{} failed with {} and goes on", thread.getName(), fault);
        }
        lastFault = fault;
    }
}
