package io.dualwrite.decorate;

/** Which records a write may change whose keys nobody can name; see {@link Writes#range}. */
public enum Range {
    /** Only records that its arguments or its result name. */
    NONE,
    /** Any record of the type, and new ones. */
    ALL,
    /**
     * Records whose keys are one of the two arguments marked with {@link RecordKey} or lie between them. For keys that are
     * whole numbers or dates: of others, texts above all, stores disagree about what lies between two of them.
     */
    BETWEEN
}
