package io.dualwrite.examples.orders.guarded;

/** An order as the shop's readers see it. */
record Sale(Long id, String customer, long cents) {}
