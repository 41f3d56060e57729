package io.dualwrite.path;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How calls to the copy are made, as the builder was told.
 *
 * @param deadline for one attempt; default 5 s, at least 1 ms
 * @param breaker the application's own, or null for the library's
 * @param retry the application's own, in the place of the library's, or null for that
 * @param executor where the calls run, or null for a small pool of daemon threads
 */
public record CopyCalls(
        Duration deadline,
        @Nullable CircuitBreaker breaker,
        @Nullable Retry retry,
        @Nullable Executor executor) {
    /** The defaults. */
    public static CopyCalls defaults() {
        return new CopyCalls(Duration.ofSeconds(5), null, null, null);
    }

    public CopyCalls withDeadline(Duration other) {
        return new CopyCalls(other, breaker, retry, executor);
    }

    public CopyCalls withBreaker(CircuitBreaker own) {
        return new CopyCalls(deadline, own, retry, executor);
    }

    public CopyCalls withRetry(Retry own) {
        return new CopyCalls(deadline, breaker, own, executor);
    }

    public CopyCalls withExecutor(Executor own) {
        return new CopyCalls(deadline, breaker, retry, own);
    }
}
