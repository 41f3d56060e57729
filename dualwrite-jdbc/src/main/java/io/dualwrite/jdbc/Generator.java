package io.dualwrite.jdbc;

/** What gives out the numbers of new records on one side. */
sealed interface Generator {
    /** For messages. */
    String name();

    /** A sequence, by its name as declared, possibly with its schema. */
    record Sequence(String name) implements Generator {}

    /** The identity (or serial) column of a table, with identifiers as the database spells them. */
    record Identity(TableShape table, Column column) implements Generator {
        @Override
        public String name() {
            return "identity column " + column.name() + " of " + table.declared();
        }
    }
}
