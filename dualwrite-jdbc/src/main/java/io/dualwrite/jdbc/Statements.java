package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements with bound values on one connection; the transaction is somebody else's. Belongs to one thread.
 */
final class Statements {
    /** Turns the current row into a value. */
    @FunctionalInterface
    interface Reader<T extends @Nullable Object> {
        T read(ResultSet row) throws SQLException;
    }

    private final Connection connection;
    private final Dialect dialect;
    private final int seconds;

    /** {@code seconds} bounds each statement; 0 leaves that to the connection. */
    Statements(Connection connection, Dialect dialect, int seconds) {
        this.connection = connection;
        this.dialect = dialect;
        this.seconds = seconds;
    }

    Connection connection() {
        return connection;
    }

    Dialect dialect() {
        return dialect;
    }

    /** A statement to be bound and closed by the caller. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        if (seconds > 0) {
            dialect.limit(statement, seconds);
        }
        return statement;
    }

    /** Runs a statement without a result worth having. */
    void execute(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = bind(sql, values)) {
            statement.execute();
        }
    }

    /** How many rows the statement changed. */
    int update(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = bind(sql, values)) {
            return statement.executeUpdate();
        }
    }

    <T> List<T> list(String sql, Reader<T> reader, @Nullable Object... values) throws SQLException {
        List<T> found = new ArrayList<>();
        try (PreparedStatement statement = bind(sql, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
        }
        return found;
    }

    /** The first row's value, or null when there is no row. */
    <T> @Nullable T first(String sql, Reader<T> reader, @Nullable Object... values) throws SQLException {
        List<T> found = list(sql, reader, values);
        return found.isEmpty() ? null : found.get(0);
    }

    /** One batch of the same statement, in order. */
    void batch(String sql, List<@Nullable Object[]> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = prepare(sql)) {
            for (@Nullable Object[] values : rows) {
                set(statement, values);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private PreparedStatement bind(String sql, @Nullable Object[] values) throws SQLException {
        PreparedStatement statement = prepare(sql);
        try {
            set(statement, values);
            return statement;
        } catch (SQLException | RuntimeException failure) {
            statement.close();
            throw failure;
        }
    }

    private static void set(PreparedStatement statement, @Nullable Object[] values) throws SQLException {
        for (int at = 0; at < values.length; at++) {
            statement.setObject(at + 1, values[at]);
        }
    }
}
