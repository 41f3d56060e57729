package io.dualwrite.path;

import io.dualwrite.event.Contexts;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How callers' reads reach the copy: behind a breaker, with a deadline, again after a failure. The work runs on threads of
 * this policy's own; see {@link TimedCalls} for what becomes of calls that hang. Thread-safe.
 */
public final class CallPolicy implements AutoCloseable {
    private final CircuitBreaker breaker;
    private final Retry retry;
    private final TimedCalls calls;

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
        this(breaker, retry(migration, limits), new TimedCalls(migration, job, limits.deadline(), limits.threads()));
    }

    private CallPolicy(CircuitBreaker breaker, Retry retry, TimedCalls calls) {
        this.breaker = breaker;
        this.retry = retry;
        this.calls = calls;
    }

    /** Calls to the copy as they were declared, behind this breaker; what was not declared is as in {@link Limits#within}. */
    public static CallPolicy of(String migration, CircuitBreaker breaker, CopyCalls declared) {
        return of(migration, breaker, declared, Contexts.of(null));
    }

    /** As {@link #of(String, CircuitBreaker, CopyCalls)}, taking the caller's context along. */
    public static CallPolicy of(String migration, CircuitBreaker breaker, CopyCalls declared, Contexts contexts) {
        Limits limits = Limits.within(declared.deadline());
        return new CallPolicy(
                breaker,
                declared.retry() == null ? retry(migration, limits) : declared.retry(),
                TimedCalls.of(migration, "copy", declared, limits.threads(), contexts));
    }

    private static Retry retry(String migration, Limits limits) {
        return Retry.of(
                migration,
                RetryConfig.custom()
                        .maxAttempts(limits.attempts())
                        .intervalFunction(IntervalFunction.ofExponentialBackoff(limits.pause(), 2))
                        .retryOnException(CallPolicy::isWorthAnotherTry)
                        .build());
    }

    /**
     * The breaker around a copy: opens when half of the last 20 calls failed, at least ten of them made, and lets three
     * calls try after two seconds.
     */
    public static CircuitBreaker breaker(String migration) {
        return CircuitBreaker.of(
                migration,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(20)
                        .minimumNumberOfCalls(10)
                        .waitDurationInOpenState(Duration.ofSeconds(2))
                        .permittedNumberOfCallsInHalfOpenState(3)
                        .build());
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
                T result = calls.call(work);
                breaker.onSuccess(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
                return result;
            } catch (InterruptedException | TimedCalls.NoThreadException saysNothingAboutTheCopy) {
                breaker.releasePermission();
                throw saysNothingAboutTheCopy;
            } catch (Throwable failure) {
                breaker.onError(System.nanoTime() - begun, TimeUnit.NANOSECONDS, failure);
                throw failure;
            }
        });
    }

    /** Lets what is under way end, within two seconds; interrupts what does not. */
    @Override
    public void close() {
        calls.close();
    }

    private static boolean isWorthAnotherTry(Throwable failure) {
        return !(failure instanceof CallNotPermittedException
                || failure instanceof TimeoutException
                || failure instanceof InterruptedException);
    }
}
