package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;

/**
 * A transaction of the library's own, on a connection of its own, with every statement bounded in time. Rolled back by
 * {@link #close()} unless it was committed; the connection goes back to its pool as it came. Belongs to one thread.
 */
final class Session implements AutoCloseable {
    private static final int UNKNOWN = -1;

    private final Connection connection;
    private final Dialect dialect;
    private final Statements statements;
    private final boolean autoCommit;
    private final int networkTimeout;
    private final Dialect.Undo undo;
    private boolean committed;

    private Session(Connection connection, Place place, Isolation isolation, Limits limits) throws SQLException {
        this.connection = connection;
        this.dialect = place.dialect(connection);
        this.autoCommit = connection.getAutoCommit();
        this.networkTimeout = limitSilence(connection, limits.silenceMillis());
        this.statements = new Statements(connection, dialect, limits.statementSeconds());
        connection.setAutoCommit(false);
        this.undo = dialect.begin(connection, isolation, limits);
    }

    static Session begin(Place place, Isolation isolation, Limits limits) throws SQLException {
        Connection connection = place.pool().getConnection();
        try {
            return new Session(connection, place, isolation, limits);
        } catch (SQLException | RuntimeException | Error failure) {
            Connections.discard(connection, failure);
            throw failure;
        }
    }

    Dialect dialect() {
        return dialect;
    }

    Connection connection() {
        return connection;
    }

    /** Bounded statements on this session's connection. */
    Statements run() {
        return statements;
    }

    void commit() throws SQLException {
        connection.commit();
        committed = true;
    }

    @Override
    public void close() throws SQLException {
        try {
            if (!committed) {
                connection.rollback();
            }
            undo.run();
            connection.setAutoCommit(autoCommit);
            if (networkTimeout != UNKNOWN) {
                connection.setNetworkTimeout(Runnable::run, networkTimeout);
            }
        } catch (SQLException | RuntimeException failure) {
            // Never handed on half restored: what is left open here must not be committed by the next user.
            Connections.discard(connection, failure);
            if (committed) {
                return;
            }
            throw failure;
        }
        connection.close();
    }

    /** Bounds how long a connection may say nothing, where the driver can; a hung server then costs time, not a thread. */
    private static int limitSilence(Connection connection, int millis) throws SQLException {
        try {
            int before = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, millis);
            return before;
        } catch (SQLFeatureNotSupportedException unsupported) {
            return UNKNOWN;
        }
    }
}
