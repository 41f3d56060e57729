package io.dualwrite.control.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Plain SQL over one {@link DataSource}, in the form that every store of this module needs it: statements that are given up
 * after five seconds where the driver can, transactions, and tables that are created where they are missing. Thread-safe as
 * its source is; blocks on the database.
 */
public final class SqlTables {
    private static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(5);
    /** The class of SQL states of a violated constraint: somebody else was the first. */
    private static final String ALREADY_THERE = "23";

    private final DataSource source;

    public SqlTables(DataSource source) {
        this.source = source;
    }

    /** A value that is not there, of this type: some drivers have to be told. */
    public enum Missing {
        TEXT(Types.VARCHAR),
        NUMBER(Types.BIGINT);

        private final int sqlType;

        Missing(int sqlType) {
            this.sqlType = sqlType;
        }
    }

    /** What is done in one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Makes something of the row at which the results stand. */
    @FunctionalInterface
    public interface FromRow<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** Runs those of these {@code create table} statements whose tables are not there yet. */
    public void create(List<String> schema) throws SQLException {
        for (String table : schema) {
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                if (!exists(connection, table.split(" ")[2])) {
                    statement.execute(table);
                }
            }
        }
    }

    /** All of it or, when it throws, none. */
    public <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            boolean before = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                T done = work.in(connection);
                connection.commit();
                return done;
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            } finally {
                connection.setAutoCommit(before);
            }
        }
    }

    /** As {@link #inTransaction}; false also when another transaction has inserted the same key first. */
    public boolean isFirst(Work<Boolean> work) throws SQLException {
        try {
            return inTransaction(work);
        } catch (SQLException failure) {
            if (failure.getSQLState() != null && failure.getSQLState().startsWith(ALREADY_THERE)) {
                return false;
            }
            throw failure;
        }
    }

    /** Every row of a query, in its order. */
    public <T> List<T> list(FromRow<T> made, String sql, Object... values) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return list(connection, made, sql, values);
        }
    }

    /** The first row of a query, if there is one. */
    public <T> Optional<T> first(FromRow<T> made, String sql, Object... values) throws SQLException {
        return list(made, sql, values).stream().findFirst();
    }

    /** As {@link #list(FromRow, String, Object...)}, within a transaction. */
    public static <T> List<T> list(Connection connection, FromRow<T> made, String sql, Object... values)
            throws SQLException {
        List<T> all = new ArrayList<>();
        try (PreparedStatement statement = prepared(connection, sql, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                all.add(made.of(rows));
            }
        }
        return all;
    }

    /** How many rows a statement has changed. */
    public static int run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    /** The text, shortened to so many characters. */
    public static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }

    private static boolean exists(Connection connection, String table) {
        try (Statement statement = connection.createStatement();
                ResultSet nothing = statement.executeQuery("select 1 from " + table + " where 1 = 0")) {
            return !nothing.next();
        } catch (SQLException missing) {
            return false;
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout((int) GIVEN_UP_AFTER.toSeconds());
        for (int at = 0; at < values.length; at++) {
            if (values[at] instanceof Missing missing) {
                statement.setNull(at + 1, missing.sqlType);
            } else {
                statement.setObject(at + 1, values[at]);
            }
        }
        return statement;
    }
}
