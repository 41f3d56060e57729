package io.dualwrite.examples.checkout;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** A database, and a cable to it that can be pulled out. */
final class Cable implements DataSource {
    private final JdbcDataSource database = new JdbcDataSource();
    private volatile boolean pulled;

    Cable(String name) {
        database.setURL("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
    }

    void pull() {
        pulled = true;
    }

    void plugIn() {
        pulled = false;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (pulled) {
            throw new SQLException("The cable is pulled out", "08001");
        }
        return database.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() {
        return database.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        database.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) {
        database.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return database.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return database.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return database.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return database.isWrapperFor(type);
    }
}
