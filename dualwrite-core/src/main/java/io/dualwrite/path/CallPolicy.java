package io.dualwrite.path;

import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationListener;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
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
 * How the copy is called: with a deadline, behind a breaker, again after a failure. The work runs on a bounded pool of
 * daemon threads of this policy's own, so a copy that hangs costs its callers the deadline and nothing more; a call past it
 * is interrupted and abandoned, its thread stays taken until the call really ends, and when every thread is taken further
 * calls fail at once. Thread-locals of the caller are not seen by the work. Thread-safe.
 */
public final class CallPolicy implements AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final CircuitBreaker breaker;
    private final Limits limits;
    private final Retry retry;
    private final ThreadPoolExecutor threads;

    /**
     * The bounds of one policy.
     *
     * @param deadline for one attempt; default 5 s
     * @param threads how many calls may be under way or hang; default 8
     * @param attempts how often a call is made before its failure counts, at least 1; default 2
     * @param pause before the second attempt, doubled before each further one; default 20 ms
     */
    public record Limits(Duration deadline, int threads, int attempts, Duration pause) {
        public Limits {
            if (deadline.isNegative() || deadline.isZero() || pause.isNegative() || pause.isZero()) {
                throw new IllegalArgumentException(
                        "A call's deadline and pause are positive, not " + deadline + " and " + pause);
            }
            if (threads < 1 || attempts < 1) {
                throw new IllegalArgumentException(
                        "Calls need at least one thread and one attempt, not " + threads + " and " + attempts);
            }
        }

        /** The defaults with this deadline. */
        public static Limits within(Duration deadline) {
            return new Limits(deadline, 8, 2, Duration.ofMillis(20));
        }
    }

    /** Threads are named {@code dualwrite-<migration>-<job>-<n>}. */
    public CallPolicy(String migration, String job, CircuitBreaker breaker, Limits limits) {
        this.breaker = breaker;
        this.limits = limits;
        this.retry = Retry.of(
                migration,
                RetryConfig.custom()
                        .maxAttempts(limits.attempts())
                        .intervalFunction(IntervalFunction.ofExponentialBackoff(limits.pause(), 2))
                        .retryOnException(CallPolicy::isWorthAnotherTry)
                        .build());
        this.threads = new ThreadPoolExecutor(
                0,
                limits.threads(),
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                DaemonThreads.named(migration, job));
    }

    /**
     * The breaker around a copy: opens when half of the last 20 calls failed, at least ten of them made, and lets three
     * calls try after two seconds. Its moves become events.
     */
    public static CircuitBreaker breaker(String migration, MigrationListener listener) {
        CircuitBreaker breaker = CircuitBreaker.of(
                migration,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(20)
                        .minimumNumberOfCalls(10)
                        .waitDurationInOpenState(Duration.ofSeconds(2))
                        .permittedNumberOfCallsInHalfOpenState(3)
                        .build());
        breaker.getEventPublisher()
                .onStateTransition(moved -> listener.on(
                        new BreakerMoved(moved.getStateTransition().getToState().name())));
        return breaker;
    }

    /**
     * Does the work with breaker, retry and deadline.
     *
     * @throws CallNotPermittedException at once and without running anything while the breaker is open
     * @throws TimeoutException when the deadline passed, or no thread was free
     * @throws InterruptedException when the calling thread was interrupted; the work is interrupted too
     * @throws Exception what the work threw last
     */
    public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        return retry.executeCallable(() -> {
            breaker.acquirePermission();
            long begun = System.nanoTime();
            try {
                T result = timed(work);
                breaker.onSuccess(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
                return result;
            } catch (InterruptedException | NoThreadException saysNothingAboutTheCopy) {
                breaker.releasePermission();
                throw saysNothingAboutTheCopy;
            } catch (Throwable failure) {
                breaker.onError(System.nanoTime() - begun, TimeUnit.NANOSECONDS, failure);
                throw failure;
            }
        });
    }

    /** Does the work with the deadline alone, for whoever asks the breaker and tries again himself, as the relay does. */
    public <T extends @Nullable Object> T timed(Callable<T> work) throws Exception {
        Future<T> running;
        try {
            running = threads.submit(work);
        } catch (RejectedExecutionException taken) {
            throw new NoThreadException("The copy was not called: all " + limits.threads()
                    + " threads are taken by calls that hang, or the migration is closed");
        }
        try {
            return running.get(limits.deadline().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw unwrapped(failed.getCause());
        } catch (TimeoutException late) {
            throw new TimeoutException(
                    "The copy did not answer within " + limits.deadline() + "; the call is abandoned");
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

    private static boolean isWorthAnotherTry(Throwable failure) {
        return !(failure instanceof CallNotPermittedException
                || failure instanceof TimeoutException
                || failure instanceof InterruptedException);
    }

    private static Exception unwrapped(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof Exception exception ? exception : new IllegalStateException(cause);
    }

    /** A kind of {@link TimeoutException} that is the pool's fault, not the copy's. */
    private static final class NoThreadException extends TimeoutException {
        private static final long serialVersionUID = 1;

        NoThreadException(String message) {
            super(message);
        }
    }
}
