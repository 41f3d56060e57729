package io.dualwrite.path;

import io.dualwrite.event.CallContext;
import io.dualwrite.event.Contexts;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls that end, for their caller, within a deadline. The work runs on other threads, so many at once and no more: what
 * hangs costs its callers the deadline and nothing else. Past it a call is interrupted and abandoned, its place stays taken
 * until the call really ends, and when every place is taken further calls fail at once. Of the caller's thread the work sees
 * only the declared context. Thread-safe.
 */
public final class TimedCalls implements AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration AFTER_INTERRUPT = Duration.ofMillis(500);

    private final Duration deadline;
    private final int most;
    private final Semaphore places;
    private final Executor executor;
    private final boolean own;
    private final Contexts contexts;
    private final Set<Future<?>> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** On daemon threads of its own, at most {@code most}, named {@code dualwrite-<migration>-<job>-<n>}. */
    public TimedCalls(String migration, String job, Duration deadline, int most) {
        this(migration, job, deadline, most, Contexts.of(null));
    }

    /** As {@link #TimedCalls(String, String, Duration, int)}, taking the caller's context along. */
    public TimedCalls(String migration, String job, Duration deadline, int most, Contexts contexts) {
        this(pool(migration, job, most), true, deadline, most, contexts);
    }

    /**
     * On threads of somebody else's, virtual ones for example, at most {@code most} at once. The executor must not run work
     * on the thread that hands it over; it is not shut down here.
     */
    public TimedCalls(Executor executor, Duration deadline, int most) {
        this(executor, deadline, most, Contexts.of(null));
    }

    /** On the declared executor, or else on daemon threads of its own; within the declared deadline. */
    public static TimedCalls of(String migration, String job, CopyCalls declared, int most, Contexts contexts) {
        return declared.executor() == null
                ? new TimedCalls(migration, job, declared.deadline(), most, contexts)
                : new TimedCalls(declared.executor(), declared.deadline(), most, contexts);
    }

    /** As {@link #TimedCalls(Executor, Duration, int)}, taking the caller's context along. */
    public TimedCalls(Executor executor, Duration deadline, int most, Contexts contexts) {
        this(executor, false, deadline, most, contexts);
    }

    private TimedCalls(Executor executor, boolean own, Duration deadline, int most, Contexts contexts) {
        this.contexts = contexts;
        this.executor = executor;
        this.own = own;
        this.deadline = deadline;
        this.most = most;
        this.places = new Semaphore(most);
    }

    /** The places bound the queue. Threads that are idle for long end, so that none has to be stopped. */
    private static Executor pool(String migration, String job, int most) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                most,
                most,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(most),
                DaemonThreads.named(migration, job));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Does the work.
     *
     * @throws TimeoutException when the deadline passed, or, as {@link NoThreadException}, when no thread was free
     * @throws InterruptedException when the calling thread was interrupted; the work is interrupted too
     * @throws Exception what the work threw; when that was an InterruptedException, an ExecutionException around it
     */
    public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        FutureTask<T> task = begin(work);
        try {
            return task.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw unwrapped(failed);
        } catch (TimeoutException late) {
            throw new TimeoutException("There was no answer within " + deadline + "; the call is abandoned");
        } finally {
            // No effect on work that is done; work that is not is told that nobody waits for it any more.
            task.cancel(true);
        }
    }

    private <T extends @Nullable Object> FutureTask<T> begin(Callable<T> work) throws NoThreadException {
        if (closed || !places.tryAcquire()) {
            throw new NoThreadException("The call was not made: all " + most
                    + " places are taken by calls under way or hanging, or it was closed");
        }
        CallContext.Captured context = contexts.capture();
        FutureTask<T> task = new FutureTask<>(context == null ? work : () -> contexts.call(context, work));
        running.add(task);
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    ended(task);
                }
            });
        } catch (RejectedExecutionException refused) {
            ended(task);
            throw new NoThreadException("The call was not made: the executor did not take it");
        } catch (Throwable failure) {
            ended(task);
            throw failure;
        }
        return task;
    }

    private void ended(Future<?> task) {
        running.remove(task);
        places.release();
    }

    /**
     * Lets what is under way end, within two seconds, and only then interrupts it, since an interrupt in the middle of file
     * access closes the files of an embedded database. A call that ignores interrupts is left behind. Nothing more is begun.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!places.tryAcquire(most, GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                running.forEach(task -> task.cancel(true));
                places.tryAcquire(most, AFTER_INTERRUPT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            running.forEach(task -> task.cancel(true));
            Thread.currentThread().interrupt();
        }
        if (own && executor instanceof ThreadPoolExecutor threads) {
            DaemonThreads.stop(threads, Duration.ZERO);
        }
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
