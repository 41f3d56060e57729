package io.dualwrite.examples.orders.shop;

import org.jspecify.annotations.Nullable;

/** What the shop keeps under a key. */
public sealed interface Entity permits Customer, Order {
    /** The key, or null while the store has not generated one yet. */
    @Nullable Long id();

    /** Counts the changes of this key, deletions included; rows of TPC-H begin with 0. */
    int revision();
}
