package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * A connection of the application's pool in a transaction that dualwrite began. It keeps the isolation that the pool gave
 * it, and goes back as it came. Belongs to one thread.
 */
final class Loan {
    private final Connection connection;
    private final boolean autoCommit;

    private Loan(Connection connection) throws SQLException {
        this.connection = connection;
        this.autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
    }

    static Loan from(DataSource pool) throws SQLException {
        Connection connection = pool.getConnection();
        try {
            return new Loan(connection);
        } catch (SQLException | RuntimeException | Error failure) {
            Connections.discard(connection, failure);
            throw failure;
        }
    }

    Connection connection() {
        return connection;
    }

    /** Commits and gives the connection back. A failure to commit is thrown; one to give back is nobody's. */
    void commit() throws SQLException {
        try {
            connection.commit();
        } catch (SQLException | RuntimeException | Error failure) {
            rollBack(failure);
            throw failure;
        }
        giveBack(new SQLException("The connection could not be given back as it came"));
    }

    /** Rolls back and gives the connection back; what goes wrong with that is added to {@code cause}. */
    void rollBack(Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException | RuntimeException failure) {
            Connections.add(cause, failure);
            // Alive, it could be committed by being switched to autocommit for its next user.
            Connections.discard(connection, cause);
            return;
        }
        giveBack(cause);
    }

    private void giveBack(Throwable cause) {
        try {
            connection.setAutoCommit(autoCommit);
            connection.close();
        } catch (SQLException | RuntimeException failure) {
            Connections.add(cause, failure);
            Connections.discard(connection, cause);
        }
    }
}
