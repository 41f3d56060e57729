package io.dualwrite.path;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls that end, for their caller, within a deadline. The work runs on a bounded pool of daemon threads, so what hangs costs
 * its callers the deadline and nothing more: past it a call is interrupted and abandoned, its thread stays taken until the
 * call really ends, and when every thread is taken further calls fail at once. Thread-locals of the caller are not seen by
 * the work. Thread-safe.
 */
public final class TimedCalls implements AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Duration deadline;
    private final ThreadPoolExecutor threads;

    /** At most {@code most} threads, named {@code dualwrite-<migration>-<job>-<n>}. */
    public TimedCalls(String migration, String job, Duration deadline, int most) {
        this.deadline = deadline;
        this.threads = new ThreadPoolExecutor(
                0,
                most,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                DaemonThreads.named(migration, job));
    }

    /**
     * Does the work.
     *
     * @throws TimeoutException when the deadline passed, or, as {@link NoThreadException}, when no thread was free
     * @throws InterruptedException when the calling thread was interrupted; the work is interrupted too
     * @throws Exception what the work threw; when that was an InterruptedException, an ExecutionException around it
     */
    public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        Future<T> running;
        try {
            running = threads.submit(work);
        } catch (RejectedExecutionException taken) {
            throw new NoThreadException("The call was not made: all " + threads.getMaximumPoolSize()
                    + " threads are taken by calls under way or hanging, or it was closed");
        }
        try {
            return running.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw unwrapped(failed);
        } catch (TimeoutException late) {
            throw new TimeoutException("There was no answer within " + deadline + "; the call is abandoned");
        } finally {
            // No effect on work that is done; work that is not is told that nobody waits for it any more.
            running.cancel(true);
        }
    }

    /** Lets what is under way end, within two seconds; interrupts what does not. */
    @Override
    public void close() {
        DaemonThreads.stop(threads, GRACE);
    }

    private static Exception unwrapped(ExecutionException failed) {
        if (failed.getCause() instanceof Error error) {
            throw error;
        }
        // An interrupt of the work's thread is not one of the caller's.
        boolean foreign = failed.getCause() instanceof InterruptedException;
        return !foreign && failed.getCause() instanceof Exception exception ? exception : failed;
    }

    /** A kind of {@link TimeoutException} that says nothing about what was to be called. */
    public static final class NoThreadException extends TimeoutException {
        private static final long serialVersionUID = 1;

        NoThreadException(String message) {
            super(message);
        }
    }
}
