package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.PGStatement;

/** A database as tests see it: written and read past the library. */
record TestDatabase(Engine engine, DataSource pool) {
    /** Runs each statement in a commit of its own. */
    void run(String... statements) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    /** The rows of a query, each as its columns' texts joined by commas. */
    List<String> rows(String sql, Object... values) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            if (statement.isWrapperFor(PGStatement.class)) {
                // Otherwise texts of what it reads change once it is prepared on the server.
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
            for (int at = 0; at < values.length; at++) {
                statement.setObject(at + 1, values[at]);
            }
            try (ResultSet result = statement.executeQuery()) {
                List<String> rows = new ArrayList<>();
                while (result.next()) {
                    List<String> columns = new ArrayList<>();
                    for (int at = 1; at <= result.getMetaData().getColumnCount(); at++) {
                        columns.add(result.getString(at));
                    }
                    rows.add(String.join(
                            ",", columns.stream().map(String::valueOf).toList()));
                }
                return rows;
            }
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    /** The first column of a query's only row. */
    String value(String sql, Object... values) {
        List<String> rows = rows(sql, values);
        if (rows.size() != 1) {
            throw new AssertionError(rows.size() + " rows for " + sql);
        }
        return rows.get(0);
    }

    long count(String table) {
        return Long.parseLong(value("select count(*) from " + table));
    }
}
