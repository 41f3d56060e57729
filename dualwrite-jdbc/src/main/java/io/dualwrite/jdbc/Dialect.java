package io.dualwrite.jdbc;

import io.dualwrite.fence.Holder;
import io.dualwrite.stage.ControlRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What differs between database engines, and nothing else. Another engine is another implementation, whose fence is the
 * part to get right: {@link #holdShared} and {@link #holdExclusively} must exclude each other until commit, and the row
 * that is returned must be the one committed by the last change. Implementations are stateless.
 */
sealed interface Dialect permits H2Dialect, MariaDbDialect, PostgresDialect {
    /** The dialect of the database behind the connection. */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "H2" -> new H2Dialect();
            case "PostgreSQL" -> new PostgresDialect();
            case "MariaDB" -> new MariaDbDialect(false);
            // Connectors of MariaDB's call it by its own name only where the server does.
            case "MySQL" -> new MariaDbDialect(true);
            default ->
                throw new SQLException("No dialect for the database '" + product
                        + "': there are H2, MariaDB, MySQL and PostgreSQL; see docs/engines.md");
        };
    }

    /** What this engine says otherwise than others in DDL. */
    LibraryTables.Words words();

    /** DDL of the library's tables, each statement harmless when the table is there. */
    default List<String> tables() {
        return LibraryTables.ddl(words());
    }

    /**
     * Waits until nobody else installs the library's tables.
     *
     * @return ends that, where the end of the transaction does not
     */
    Undo lockInstallation(Statements statements) throws SQLException;

    /**
     * Whether a statement of {@link #tables} failed only because somebody else made the same thing at the same moment, which
     * can happen where {@link #lockInstallation} holds nothing.
     */
    boolean isMadeAlready(SQLException failure);

    /** A table expression with one column {@code n} from 0 to {@code count - 1}. */
    String series(int count);

    /** How many rows a control row is spread over. Where there are no shared locks, a writer locks one, a change all. */
    int controlStripes();

    /**
     * Holds the control row shared until the transaction ends. Must come first in its transaction, before any savepoint:
     * going back to a savepoint gives up locks taken after it.
     *
     * @return the row, or null when this migration has none here
     */
    @Nullable ControlRow holdShared(Statements statements, Place place) throws SQLException;

    /**
     * Makes sure that a transaction which somebody else began, and which may have read before it held the row, reads nothing
     * older than that row. Fails with an error that {@link #isRetryable} knows.
     */
    void requireFresh(Statements statements, Place place, ControlRow held) throws SQLException;

    /**
     * Holds the control row exclusively until the transaction ends. Fails with an error that {@link #isRetryable} knows when
     * others hold it for longer than {@code patience}, and must not make others queue for longer than that.
     */
    void holdExclusively(Statements statements, Place place, Duration patience) throws SQLException;

    /**
     * Selects so many stripes and locks them, in the order of their numbers and no others with them. The parameters are the
     * numbers, ascending, then the migration and the side.
     */
    default String lockStripes(int count) {
        return "select stripe from " + LibraryTables.STRIPE + " where stripe in " + InLists.marks("?", count)
                + " and migration = ? and side = ? order by stripe for update";
    }

    /**
     * Makes the transaction about to begin one of the given isolation, on a connection that is not in autocommit mode.
     *
     * @return takes back what stays on the connection beyond that transaction; to be called after its end
     */
    Undo begin(Connection connection, Isolation isolation, Limits limits) throws SQLException;

    /** Takes something back. */
    @FunctionalInterface
    interface Undo {
        void run() throws SQLException;
    }

    /** Bounds one statement, unless {@link #begin} bounded them all. */
    void limit(Statement statement, int seconds) throws SQLException;

    /** The database's clock, as an expression. */
    String now();

    /** As {@link #now()}, but one value for the whole statement, so that an index can be asked for what is later. */
    default String asOf() {
        return now();
    }

    /** The database's clock plus a bound number of microseconds, as an expression with one parameter. */
    String afterMicros();

    /** Microseconds from one expression's time to another's, as an expression of type bigint. */
    String micros(String from, String to);

    /**
     * A key's column as an expression whose order is that of the key's codec, for text that of its UTF-8 bytes. The quoted
     * column itself where its own order is that, so that an index serves it.
     */
    String ordered(Column column);

    /** Whether an index serves {@code (a, b) > (?, ?)}. */
    default boolean seeksByLists() {
        return true;
    }

    /** What makes the index that {@link #ordered} wants for a table's keys; null where one is there, or none would help. */
    default @Nullable String missingIndex(Statements statements, SideTable table) throws SQLException {
        return null;
    }

    /** A bound value, comparable with {@link #ordered}. */
    String orderedValue(Column column);

    /** The parameter marker through which a value gets into this column. */
    String marker(Column column);

    /**
     * What follows an insert into this table to make it a change of the row that has the primary key, where there is one; the
     * columns to set come behind it. Null where the engine has no such words, or where they would do anything but what an
     * update or an insert does.
     */
    default @Nullable String orReplace(Connection connection, String schema, String table) throws SQLException {
        return null;
    }

    /** What follows an insert to make it pass over rows that are there by their primary key; null where nothing does. */
    default @Nullable String orLeave() {
        return null;
    }

    /** Whether its driver tells, as generated keys, any column of every row that a statement has added. */
    default boolean tellsAdded() {
        return false;
    }

    /** Whether a list of ids is deleted without waiting for other rows; MariaDB may read the whole table for one. */
    default boolean deletesByList() {
        return false;
    }

    /**
     * The text of a column's values that is the same only for values which mean the same, whatever the session is set to; null
     * for types of which that is not known.
     */
    default @Nullable String exactText(Column column) {
        return null;
    }

    /**
     * The hexadecimal digits of the SHA-256 of a column's values, where {@link #exactText} may be longer than what this engine
     * puts together into one text; null where it is not.
     */
    default @Nullable String digest(Column column) {
        return null;
    }

    /** The hexadecimal digits of the SHA-256 over the UTF-8 of a text. */
    default String sha256(String text) {
        throw new UnsupportedOperationException("This engine has no words for that");
    }

    /** The number that fifteen hexadecimal digits make, in a type whose sums are exact. */
    default String number(String hexDigits) {
        throw new UnsupportedOperationException("This engine has no words for that");
    }

    /** What an insert says that brings a number for a column which the database numbers. */
    String numberedByHand();

    /** What to select to read all of a table's columns exactly; of two with one name the later one is meant. */
    String selection(TableShape shape);

    /** Whether what is read as this kind is all of the value. */
    default boolean readsExactly(Kind kind) {
        return true;
    }

    /** The columns of a table that {@code *} leaves out, as spelled. */
    default Set<String> hidden(Connection connection, String schema, String table) throws SQLException {
        return Set.of();
    }

    /** Everything of a table, and what {@code *} leaves out by name: {@code further} is called what it is there. */
    static String everything(TableShape shape, Function<Column, @Nullable String> further) {
        StringBuilder all = new StringBuilder("*");
        for (Column column : shape.columns().values()) {
            String besides = further.apply(column);
            if (besides == null && column.hidden()) {
                besides = column.quoted();
            }
            all.append(besides == null ? "" : ", " + besides);
        }
        return all.toString();
    }

    /** Whether a column that the database numbers cannot be given another number. */
    default boolean isNumberedAlways(Connection connection, String schema, String table, String column)
            throws SQLException {
        Integer found = new Statements(connection, this, 0)
                .first(
                        "select 1 from information_schema.columns where table_schema = ? and table_name = ?"
                                + " and column_name = ? and identity_generation = 'ALWAYS'",
                        row -> row.getInt(1),
                        schema,
                        table,
                        column);
        return found != null;
    }

    /** The collations of a table's text columns by name as spelled; of none where they say nothing about a key's identity. */
    Map<String, String> collations(Connection connection, String schema, String table) throws SQLException;

    /** The logical type, from what the driver says: its code, the engine's name for it, and its size. */
    Kind kind(int jdbcType, String typeName, int size);

    /**
     * Selects what the engine itself takes for the number of a table's rows, without counting; null where it does not know.
     * The parameters are the schema and the table.
     */
    String estimatedRows();

    /** What can identify the database behind a connection, to tell whether two connections lead to the same one. */
    String identity(Connection connection) throws SQLException;

    /**
     * The server behind the statements' connection. Asked within any transaction, also within one of the application's, so
     * it must not fail for lack of a privilege; what cannot be read is left out of the identity.
     */
    Server server(Statements statements) throws SQLException;

    /**
     * The sessions in the way of a change of the control row, those with the oldest transaction first; as far as this user
     * may see them, and where the engine does not say who holds a row, everybody with an open transaction.
     */
    List<Holder> holders(Statements statements, Place place) throws SQLException;

    /** Lets the transaction's commit return only when it is sure to survive a crash, whatever the server's default is. */
    default void commitDurably(Statements statements) throws SQLException {}

    /** Warnings about settings with which acknowledged commits can be lost; empty as a rule. */
    List<String> durabilityWarnings(Connection connection) throws SQLException;

    /** Adds what of the database's settings keeps a migration from working there; said of "the database". */
    void problems(Connection connection, List<String> reasons) throws SQLException;

    /** Adds what keeps a table from being moved, whatever is declared of it; said of "the table". */
    void problems(Statements statements, TableShape shape, List<String> reasons) throws SQLException;

    /** The sequence that a column's default takes its value from, as it is spelled there; null when there is none. */
    @Nullable String sequenceIn(String columnDefault);

    /** Whether an identity column's next number is beyond those of all rows, with whatever number they were inserted. */
    default boolean numbersBeyondRows() {
        return false;
    }

    /** Where a generator of keys stands, or null when there is none of that name. */
    @Nullable GeneratorState generatorState(Statements statements, Generator generator) throws SQLException;

    /** Whether this user may {@link #restart} a generator that is there, as far as that can be told beforehand. */
    default boolean mayRestart(Statements statements, Generator generator) throws SQLException {
        return true;
    }

    /** Makes {@code next} the number the generator gives out next. */
    void restart(Statements statements, Generator generator, long next) throws SQLException;

    /** Whether the database rolled the work back only to let others go first: it may be run again at once. */
    boolean isRetryable(SQLException failure);

    /**
     * Whether the failure of a statement has rolled back the whole transaction, locks and all, on a connection that goes on
     * taking statements: those are in another transaction, which nothing fences.
     */
    boolean endsTransaction(Statements statements, SQLException failure) throws SQLException;

    /** Whether a foreign key was violated. */
    static boolean isForeignKey(SQLException failure) {
        return hasState(failure, Set.of("23503", "23506"))
                || (hasState(failure, SHARED_STATE) && hasCode(failure, 1216, 1217, 1451, 1452));
    }

    /** Whether a primary key or unique constraint was violated. */
    static boolean isUnique(SQLException failure) {
        return hasState(failure, Set.of("23505")) || (hasState(failure, SHARED_STATE) && hasCode(failure, 1062, 1586));
    }

    /** Whether a table does not exist. */
    static boolean isMissingTable(SQLException failure) {
        return hasState(failure, Set.of("42P01", "42S02", "42S03", "42S04", "3F000", "90079"));
    }

    /** The one state that MariaDB and MySQL have for every constraint; their own codes tell which. */
    Set<String> SHARED_STATE = Set.of("23000");

    /** Whether the failure, one chained to it or a cause of it has one of these codes of the engine's own. */
    static boolean hasCode(SQLException failure, int... codes) {
        for (Throwable thrown : failure) {
            if (thrown instanceof SQLException sql
                    && Arrays.stream(codes).anyMatch(code -> code == sql.getErrorCode())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the failure, one chained to it or a cause of it has one of these SQL states. */
    static boolean hasState(SQLException failure, Set<String> states) {
        for (Throwable thrown : failure) {
            if (thrown instanceof SQLException sql && sql.getSQLState() != null && states.contains(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
