package io.dualwrite.path;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the copy on the thread of whoever calls, without a deadline; behind a breaker and a retry where they are given.
 * Thread-safe; blocks for as long as the copy does.
 */
public final class InlineCalls {
    private final @Nullable CircuitBreaker breaker;
    private final @Nullable Retry retry;

    public InlineCalls(@Nullable CircuitBreaker breaker, @Nullable Retry retry) {
        this.breaker = breaker;
        this.retry = retry;
    }

    /** Does the work, as often as the retry says; throws what it threw last, or that the breaker is open. */
    <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        return retry == null ? once(work) : retry.executeCallable(() -> once(work));
    }

    private <T extends @Nullable Object> T once(Callable<T> work) throws Exception {
        CircuitBreaker guard = breaker;
        if (guard == null) {
            return work.call();
        }
        guard.acquirePermission();
        long begun = guard.getCurrentTimestamp();
        try {
            T result = work.call();
            guard.onSuccess(guard.getCurrentTimestamp() - begun, guard.getTimestampUnit());
            return result;
        } catch (InterruptedException saysNothingAboutTheCopy) {
            guard.releasePermission();
            throw saysNothingAboutTheCopy;
        } catch (Throwable failure) {
            guard.onError(guard.getCurrentTimestamp() - begun, guard.getTimestampUnit(), failure);
            throw failure;
        }
    }
}
