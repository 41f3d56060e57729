package io.dualwrite.examples.checkout;

/** An order that somebody has placed. */
record Order(long id, String article) {}
