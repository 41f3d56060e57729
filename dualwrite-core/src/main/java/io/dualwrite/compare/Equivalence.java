package io.dualwrite.compare;

import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> Whether two answers to the same question mean the same. Called off the callers' threads. Must be
 * thread-safe, must not change what it is given, and must cope with null on either side; what it throws becomes an event.
 */
@FunctionalInterface
public interface Equivalence<T> {
    /** Compares the authority's answer with the copy's. */
    Verdict compare(@Nullable T authority, @Nullable T copy);
}
