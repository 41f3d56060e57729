package io.dualwrite.jdbc;

import io.dualwrite.repair.Brake;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Holds a backfill back while a query of your own answers a number above a bound, for example by how many seconds a replica
 * lags. Whatever is no number (no row, null) brakes as well, by an exception. Thread-safe; blocks on that database, a few
 * seconds at most where its driver obeys.
 */
public final class JdbcBrake implements Brake {
    private static final int SECONDS = 5;

    private final String what;
    private final DataSource database;
    private final String query;
    private final double atMost;

    private JdbcBrake(String what, DataSource database, String query, double atMost) {
        this.what = what;
        this.database = database;
        this.query = query;
        this.atMost = atMost;
    }

    /**
     * Brakes while the query answers more than {@code atMost}.
     *
     * @param what the number's name, for the reason that people read, such as "replica lag in seconds"
     * @param database where to ask; may be neither of the migration's sides
     * @param query answers one row whose first column is the number; it is rolled back where it is in a transaction
     * @param atMost the highest number at which there is no need to wait
     */
    public static JdbcBrake of(String what, DataSource database, String query, double atMost) {
        if (what.isBlank()) {
            throw new IllegalArgumentException("A brake names its number, or nobody knows what it waits for");
        }
        if (Double.isNaN(atMost)) {
            throw new IllegalArgumentException("The bound of '" + what + "' is no number");
        }
        return new JdbcBrake(
                what, Objects.requireNonNull(database, "database"), Objects.requireNonNull(query, "query"), atMost);
    }

    @Override
    public @Nullable String reason() throws SQLException {
        double number = ask();
        return number <= atMost ? null : what + " is " + number + ", above " + atMost;
    }

    private double ask() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setQueryTimeout(SECONDS);
            double number;
            try (ResultSet row = statement.executeQuery()) {
                number = row.next() ? row.getDouble(1) : Double.NaN;
                if (Double.isNaN(number) || row.wasNull()) {
                    throw new SQLException("The query for '" + what + "' answered no number; correct it");
                }
            }
            if (!connection.getAutoCommit()) {
                // Given back within its transaction, it might show the next one who asks what it showed this one.
                connection.rollback();
            }
            return number;
        }
    }
}
