package io.dualwrite.examples.orders.shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Plain JDBC with fewer braces. One connection per statement: inside a transaction the data source hands out its own. */
public final class Sql {
    private final DataSource source;

    public Sql(DataSource source) {
        this.source = source;
    }

    /** Makes a value of the row a result is at. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    public <T> List<T> list(String statement, RowReader<T> reader, Object... arguments) {
        try (Connection connection = source.getConnection();
                PreparedStatement prepared = bound(connection.prepareStatement(statement), arguments);
                ResultSet rows = prepared.executeQuery()) {
            List<T> list = new ArrayList<>();
            while (rows.next()) {
                list.add(reader.read(rows));
            }
            return list;
        } catch (SQLException e) {
            throw new StoreException(statement, e);
        }
    }

    public <T> @Nullable T first(String statement, RowReader<T> reader, Object... arguments) {
        List<T> list = list(statement, reader, arguments);
        return list.isEmpty() ? null : list.get(0);
    }

    /** The number of rows changed. */
    public int update(String statement, Object... arguments) {
        try (Connection connection = source.getConnection();
                PreparedStatement prepared = bound(connection.prepareStatement(statement), arguments)) {
            return prepared.executeUpdate();
        } catch (SQLException e) {
            throw new StoreException(statement, e);
        }
    }

    /** Inserts one row and returns the key that the database generated. */
    public long insert(String statement, String keyColumn, Object... arguments) {
        try (Connection connection = source.getConnection();
                PreparedStatement prepared =
                        bound(connection.prepareStatement(statement, new String[] {keyColumn}), arguments)) {
            prepared.executeUpdate();
            try (ResultSet keys = prepared.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new SQLException("No key was generated");
                }
                return keys.getLong(1);
            }
        } catch (SQLException e) {
            throw new StoreException(statement, e);
        }
    }

    /** Runs a statement for each of these arguments, all in one transaction. */
    public void batch(String statement, List<Object[]> arguments) {
        try (Connection connection = source.getConnection();
                PreparedStatement prepared = connection.prepareStatement(statement)) {
            connection.setAutoCommit(false);
            try {
                for (Object[] row : arguments) {
                    bound(prepared, row).addBatch();
                }
                prepared.executeBatch();
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new StoreException(statement, e);
        }
    }

    private static PreparedStatement bound(PreparedStatement prepared, Object... arguments) throws SQLException {
        for (int at = 0; at < arguments.length; at++) {
            prepared.setObject(at + 1, arguments[at]);
        }
        return prepared;
    }
}
