package io.dualwrite.jdbc;

import io.dualwrite.stage.ControlRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What differs between database engines, and nothing else. Another engine is another implementation, whose fence is the
 * part to get right: {@link #holdShared} and {@link #holdExclusively} must exclude each other until commit, and the row
 * that is returned must be the one committed by the last change. Implementations are stateless.
 */
sealed interface Dialect permits H2Dialect, PostgresDialect {
    /** The dialect of the database behind the connection. */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "H2" -> new H2Dialect();
            case "PostgreSQL" -> new PostgresDialect();
            default ->
                throw new SQLException("No dialect for the database '" + product
                        + "': there are H2 and PostgreSQL; see the list of supported databases");
        };
    }

    /** DDL of the library's tables, each statement harmless when the table is there. */
    List<String> tables();

    /** Waits until nobody else installs the library's tables; held until the transaction ends. */
    void lockInstallation(Statements statements) throws SQLException;

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
     * Holds the control row exclusively until the transaction ends. Fails with an error that {@link #isRetryable} knows when
     * others hold it for longer than {@code patience}, and must not make others queue for longer than that.
     */
    void holdExclusively(Statements statements, Place place, Duration patience) throws SQLException;

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

    /** The database's clock plus a bound number of microseconds, as an expression with one parameter. */
    String afterMicros();

    /** Microseconds from one expression's time to another's, as an expression of type bigint. */
    String micros(String from, String to);

    /** A text column as an expression whose order is that of the text's UTF-8 bytes. */
    String binaryOrder(String column);

    /** A bound text, comparable with {@link #binaryOrder}. */
    String binaryValue();

    /** The parameter marker through which a value gets into this column. */
    String marker(Column column);

    /** What can identify the database behind a connection, to tell whether two connections lead to the same one. */
    String identity(Connection connection) throws SQLException;

    /** Warnings about settings with which acknowledged commits can be lost; empty as a rule. */
    List<String> durabilityWarnings(Connection connection) throws SQLException;

    /** Where a generator of keys stands, or null when there is none of that name. */
    @Nullable GeneratorState generatorState(Statements statements, Generator generator) throws SQLException;

    /** Makes {@code next} the number the generator gives out next. */
    void restart(Statements statements, Generator generator, long next) throws SQLException;

    /** Whether the database rolled the work back only to let others go first: it may be run again at once. */
    boolean isRetryable(SQLException failure);

    /** Whether a foreign key was violated. */
    static boolean isForeignKey(SQLException failure) {
        return hasState(failure, Set.of("23503", "23506"));
    }

    /** Whether a primary key or unique constraint was violated. */
    static boolean isUnique(SQLException failure) {
        return hasState(failure, Set.of("23505"));
    }

    /** Whether a table does not exist. */
    static boolean isMissingTable(SQLException failure) {
        return hasState(failure, Set.of("42P01", "42S02", "42S03", "42S04", "3F000", "90079"));
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
