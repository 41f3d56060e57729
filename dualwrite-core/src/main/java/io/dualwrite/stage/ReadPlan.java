package io.dualwrite.stage;

/**
 * What a stage does with a read outside a read-write transaction.
 *
 * @param answer the side whose answer the caller gets
 * @param compared whether a sample of the reads is repeated on the other side, off the caller's thread, and compared
 * @param ramped whether a share of the tolerant by-key reads may be answered by the copy
 */
public record ReadPlan(Side answer, boolean compared, boolean ramped) {}
