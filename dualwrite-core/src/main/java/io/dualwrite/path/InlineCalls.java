package io.dualwrite.path;

import io.dualwrite.fence.CallFence.Here;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.Side;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
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

    /** Makes the call, as often as the retry says; throws what it threw last, or that the breaker is open. */
    void call(Here here, Side copy, Transactions.Reading<?> call) throws Exception {
        Retry again = retry;
        if (again == null) {
            once(here, copy, call);
            return;
        }
        Retry.Context<Object> attempts = again.context();
        while (true) {
            try {
                Object result = once(here, copy, call);
                if (result == null || !attempts.onResult(result)) {
                    attempts.onComplete();
                    return;
                }
            } catch (Exception failure) {
                // Returns, after its pause, when there is to be another attempt; throws otherwise.
                attempts.onError(failure);
            }
        }
    }

    private @Nullable Object once(Here here, Side copy, Transactions.Reading<?> call) throws Exception {
        CircuitBreaker guard = breaker;
        if (guard == null) {
            return here.on(copy, call);
        }
        guard.acquirePermission();
        long begun = guard.getCurrentTimestamp();
        try {
            Object result = here.on(copy, call);
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
