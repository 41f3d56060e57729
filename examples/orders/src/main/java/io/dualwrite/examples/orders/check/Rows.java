package io.dualwrite.examples.orders.check;

import io.dualwrite.examples.orders.shop.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.NoSuchElementException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** All records of one kind on one side, streamed in the order of their keys. Not thread-safe. */
final class Rows<E> implements Iterator<E>, AutoCloseable {
    private static final int FETCHED_ROWS = 2000;

    private final Connection connection;
    private final Statement statement;
    private final ResultSet rows;
    private final Sql.RowReader<E> reader;
    private @Nullable E ahead;

    Rows(DataSource source, String select, Sql.RowReader<E> reader) throws SQLException {
        this.connection = source.getConnection();
        // PostgreSQL streams only inside a transaction.
        connection.setAutoCommit(false);
        this.statement = connection.createStatement();
        statement.setFetchSize(FETCHED_ROWS);
        this.rows = statement.executeQuery(select + " order by 1");
        this.reader = reader;
        this.ahead = read();
    }

    @Override
    public boolean hasNext() {
        return ahead != null;
    }

    @Override
    public E next() {
        E next = ahead;
        if (next == null) {
            throw new NoSuchElementException();
        }
        try {
            ahead = read();
        } catch (SQLException e) {
            throw new IllegalStateException("The checker cannot read on", e);
        }
        return next;
    }

    @Override
    public void close() throws SQLException {
        rows.close();
        statement.close();
        connection.rollback();
        connection.setAutoCommit(true);
        connection.close();
    }

    private @Nullable E read() throws SQLException {
        return rows.next() ? reader.read(rows) : null;
    }
}
