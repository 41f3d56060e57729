package io.dualwrite.spring.jpa;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Empties a side's second-level caches before they are used for the first time after the authority came there: what they hold
 * is from before it went away. Thread-safe.
 */
final class SecondLevelCaches {
    private final LongSupplier handover;
    private final Consumer<Side> emptying;
    private final Sides<AtomicLong> emptied = Sides.each(side -> new AtomicLong());

    /**
     * @param handover how many times the authority was handed over until now
     * @param emptying empties all caches of a side
     */
    SecondLevelCaches(LongSupplier handover, Consumer<Side> emptying) {
        this.handover = handover;
        this.emptying = emptying;
    }

    /** Called before entities are read on a side. */
    void use(Side side) {
        long now = handover.getAsLong();
        AtomicLong last = emptied.of(side);
        if (last.get() == now) {
            return;
        }
        synchronized (last) {
            if (last.get() != now) {
                emptying.accept(side);
                last.set(now);
            }
        }
    }
}
