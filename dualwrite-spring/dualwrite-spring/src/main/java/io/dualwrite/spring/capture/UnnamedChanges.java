package io.dualwrite.spring.capture;

/** What is done about a statement of which it cannot be told which records it changes. */
public enum UnnamedChanges {
    /** It is refused before it is executed. */
    REFUSE,

    /**
     * It is executed, and leaves one intent for all records of the tables that it may have changed: the copy's whole tables are
     * compared with the authority's, and made the same.
     */
    WHOLE_TABLE
}
