package io.dualwrite.testkit.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement as it was parsed; names are looked up when it runs. */
sealed interface SqlStatement {
    /** {@code create table if not exists}. */
    record CreateTable(String name, List<StoredTable.Column> columns, List<List<String>> unique)
            implements SqlStatement {}

    /** Something that changes nothing here, such as an index that is not unique. */
    record Nothing() implements SqlStatement {}

    /** A setting of the session, or of its transaction only. */
    record Set(String name, String value, boolean local) implements SqlStatement {}

    /** The isolation of the transaction that has just begun. */
    record SetIsolation(Isolation level, boolean readOnly) implements SqlStatement {}

    /** Where rows come from. */
    sealed interface Source {}

    /** A table, called {@code alias}. */
    record TableSource(String table, String alias) implements Source {}

    /** Numbers from {@code first} to {@code last}. */
    record SeriesSource(SqlExpression first, SqlExpression last, String alias, String column) implements Source {}

    /** One thing to select; {@code all} stands for every column. */
    record Item(@Nullable SqlExpression expression, String name, boolean all) {}

    /** What to order by. */
    record Order(SqlExpression by, boolean descending) {}

    /** How the rows found are locked. */
    record Locking(StoreLocks.Mode mode, boolean noWait, boolean skipLocked) {}

    /** A query. */
    record Select(
            List<Item> items,
            @Nullable Source source,
            @Nullable SqlExpression where,
            List<SqlExpression.Aggregate> aggregates,
            List<Order> order,
            @Nullable SqlExpression limit,
            @Nullable Locking locking)
            implements SqlStatement {}

    /** Rows to insert, from lists of values or from a query. */
    record Insert(
            String table,
            List<String> columns,
            List<List<SqlExpression>> values,
            @Nullable Select select,
            @Nullable Conflict conflict)
            implements SqlStatement {}

    /**
     * What happens to a row that is there already, instead of a refusal.
     *
     * @param byPrimaryKey whether only the primary key counts; every unique key does otherwise
     * @param assignments its new values; nothing happens when there are none
     */
    record Conflict(boolean byPrimaryKey, List<Assignment> assignments) {}

    /** Asks for the name of the primary key of the table that is the second parameter; nothing else here is in the way of it. */
    record PrimaryKeyName() implements SqlStatement {}

    /** One column's new value. */
    record Assignment(String column, SqlExpression value) {}

    /** An update. */
    record Update(
            String table,
            List<Assignment> assignments,
            @Nullable SqlExpression where) implements SqlStatement {}

    /** A deletion. */
    record Delete(String table, @Nullable SqlExpression where) implements SqlStatement {}

    /** What a transaction sees of others. */
    enum Isolation {
        READ_COMMITTED("read committed"),
        REPEATABLE_READ("repeatable read"),
        SERIALIZABLE("serializable");

        private final String text;

        Isolation(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }

        /** Whether every statement sees what the first one saw. */
        boolean isOneSnapshot() {
            return this != READ_COMMITTED;
        }
    }
}
