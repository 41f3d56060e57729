package io.dualwrite.compare;

/**
 * One place where two answers differ, told without their values.
 *
 * @param path where, for example {@code lines[2].price}; empty for the answer as a whole
 * @param authority what the authority has there, redacted
 * @param copy what the copy has there, redacted
 */
public record Difference(String path, String authority, String copy) {}
