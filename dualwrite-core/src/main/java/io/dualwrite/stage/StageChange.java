package io.dualwrite.stage;

/**
 * A step that was taken.
 *
 * @param from the stage before
 * @param to the stage after, a neighbour of {@code from} apart from FROZEN, which a whole flip passes through
 */
public record StageChange(Stage from, Stage to) {}
