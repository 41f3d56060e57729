package io.dualwrite.jdbc;

/** What the library's own transactions see. */
enum Isolation {
    /** Every statement sees what is committed when it begins. */
    READ_COMMITTED,
    /** As {@link #READ_COMMITTED}, for statements that read whole tables, and none that change them. */
    READ_COMMITTED_ONLY_READING,
    /** Every statement sees what was committed when the first one began. */
    SNAPSHOT
}
