package io.dualwrite.examples.orders.naive;

/** How far the naive migration has come. */
public enum Phase {
    LEGACY_ONLY,
    DUAL_WRITE,
    NEXT_ONLY
}
