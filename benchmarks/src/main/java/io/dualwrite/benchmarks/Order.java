package io.dualwrite.benchmarks;

/** The record that is read and written. */
public record Order(long id, String customer, long cents) {}
