package io.dualwrite.path;

import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationListener;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells of a breaker's moves. It looks at the state now and then instead of listening: as soon as anybody listens to a
 * breaker, Resilience4j makes an event with a time of day for each of its calls, which costs as much as the breaker itself.
 * So a move is told when somebody looks next, and what moved to and fro in between is not told. Thread-safe; never blocks.
 */
public final class BreakerWatch {
    private final CircuitBreaker breaker;
    private final MigrationListener listener;
    private final AtomicReference<CircuitBreaker.State> told;

    public BreakerWatch(CircuitBreaker breaker, MigrationListener listener) {
        this.breaker = breaker;
        this.listener = listener;
        this.told = new AtomicReference<>(breaker.getState());
    }

    /** Tells of a move since somebody looked last. */
    public void look() {
        CircuitBreaker.State now = breaker.getState();
        CircuitBreaker.State before = told.get();
        if (now != before && told.compareAndSet(before, now)) {
            listener.on(new BreakerMoved(now.name()));
        }
    }
}
