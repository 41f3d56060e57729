package io.dualwrite.examples.orders.naive;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code try { target.insert } catch { log }}: the dual write that everybody writes first. Thread-safe. */
final class TwoSides<T> {
    private static final Logger LOG = LoggerFactory.getLogger(TwoSides.class);

    private final T legacy;
    private final T next;
    private final Supplier<Phase> phase;
    private final AtomicLong logged;

    TwoSides(T legacy, T next, Supplier<Phase> phase, AtomicLong logged) {
        this.legacy = legacy;
        this.next = next;
        this.phase = phase;
        this.logged = logged;
    }

    <R extends @Nullable Object> R read(Function<T, R> reading) {
        return reading.apply(phase.get() == Phase.NEXT_ONLY ? next : legacy);
    }

    void write(Consumer<T> writing) {
        write(
                side -> {
                    writing.accept(side);
                    return side;
                },
                (side, ignored) -> writing.accept(side));
    }

    /** Writes to the side that counts, and what came of it to the other one. */
    <R> R write(Function<T, R> first, BiConsumer<T, R> second) {
        Phase at = phase.get();
        R result = first.apply(at == Phase.NEXT_ONLY ? next : legacy);
        if (at == Phase.DUAL_WRITE) {
            try {
                second.accept(next, result);
            } catch (RuntimeException e) {
                logged.incrementAndGet();
                LOG.info("The new store missed a write", e);
            }
        }
        return result;
    }
}
