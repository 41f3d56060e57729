package io.dualwrite.repair;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> Something that a backfill gives way to: a replica that lags, a night's batch, a queue that is long.
 * Asked before each chunk, by one thread at a time, never by an application's; a thread of its own asks, so it may block.
 * One that throws, or does not answer in time, counts as braking: nothing is copied until it answers again, and when it has
 * not within the backfill's patience the run gives up. Nothing is lost by either. Thread-safe.
 */
@FunctionalInterface
public interface Brake {
    /** Why to wait now, for a person to read and without any record's contents; null when there is no need to. */
    @Nullable String reason() throws Exception;

    /** Brakes for this reason whenever {@code condition} is true. */
    static Brake when(String reason, BooleanSupplier condition) {
        Objects.requireNonNull(condition, "condition");
        if (reason.isBlank()) {
            throw new IllegalArgumentException("A brake says why, not nothing");
        }
        return () -> condition.getAsBoolean() ? reason : null;
    }
}
