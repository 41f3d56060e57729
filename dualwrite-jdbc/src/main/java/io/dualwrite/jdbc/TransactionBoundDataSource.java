package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * The DataSource that one side's repositories are built on. Inside a fenced transaction or a reading of this side it hands
 * out that one connection, whose {@code close()} does nothing; anywhere else it hands out a connection of the pool that
 * refuses writes. Thread-safe.
 */
final class TransactionBoundDataSource implements DataSource {
    private final Side side;
    private final DataSource pool;
    private final Bindings bindings;

    TransactionBoundDataSource(Side side, DataSource pool, Bindings bindings) {
        this.side = side;
        this.pool = pool;
        this.bindings = bindings;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Binding binding = bindings.current();
        if (binding != null && binding.side() == side) {
            return binding.connection();
        }
        if (binding instanceof FencedTransaction) {
            throw new SQLException(
                    "This thread's transaction runs on the " + binding.side() + ", so nothing of the " + side
                            + " can take part in it: call repositories through the migration, which picks the side",
                    "25000");
        }
        return ReadGuard.of(pool.getConnection(), true).connection();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("A transaction has one connection, and one user; configure the pool");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return pool.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException(
                "The pool itself is not handed out: what it does would be neither fenced nor journalled");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
