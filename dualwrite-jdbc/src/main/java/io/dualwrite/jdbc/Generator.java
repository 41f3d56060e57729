package io.dualwrite.jdbc;

import org.jspecify.annotations.Nullable;

/** What gives out the numbers of new records on one side. */
sealed interface Generator {
    /** What numbers rows that bring no value of their own for a column; null when nothing does. */
    static @Nullable Generator of(TableShape table, Column column) {
        String sequence = column.sequence();
        if (sequence != null) {
            return new Default(table, column, sequence);
        }
        return column.identity() ? new Identity(table, column) : null;
    }

    /** For messages. */
    String name();

    /** A sequence, by its name as declared, possibly with its schema. */
    record Sequence(String name) implements Generator {}

    /** The sequence in a column's default, its identifier as the database spells it there. */
    record Default(TableShape table, Column column, String sequence) implements Generator {
        @Override
        public String name() {
            return "sequence " + sequence + " in the default of column " + column.name() + " of " + table.declared();
        }
    }

    /** The identity (or serial) column of a table, with identifiers as the database spells them. */
    record Identity(TableShape table, Column column) implements Generator {
        @Override
        public String name() {
            return "identity column " + column.name() + " of " + table.declared();
        }
    }
}
