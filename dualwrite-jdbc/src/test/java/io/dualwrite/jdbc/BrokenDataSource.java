package io.dualwrite.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A pool whose connections fail, or hang, at a chosen moment, and that counts those it has given out and not got back. */
final class BrokenDataSource implements DataSource {
    enum Break {
        /** Nothing fails. */
        NEVER,
        /** No connection is to be had. */
        CONNECT,
        /** The commit is made, and its answer lost. */
        AFTER_COMMIT,
        /** The commit is not made. */
        BEFORE_COMMIT,
        /** Whoever asks for a connection hangs until this is over. */
        CONNECT_HANGS,
        /** Whoever commits hangs until this is over, and has committed then. */
        COMMIT_HANGS
    }

    private final DataSource behind;
    private final AtomicInteger out = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Break broken = Break.NEVER;
    private int hanging;

    BrokenDataSource(DataSource behind) {
        this.behind = behind;
    }

    synchronized void now(Break how) {
        broken = how;
        notifyAll();
    }

    /** How many threads hang now. */
    synchronized int hanging() {
        return hanging;
    }

    /** Connections that were not given back. */
    int out() {
        return out.get();
    }

    /** How often a connection was asked for. */
    int asked() {
        return asked.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        asked.incrementAndGet();
        if (broken == Break.CONNECT) {
            throw new SQLException("unreachable", "08001");
        }
        hangDuring(Break.CONNECT_HANGS);
        Connection real = behind.getConnection();
        out.incrementAndGet();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    try {
                        if (method.getName().equals("close") && !real.isClosed()) {
                            out.decrementAndGet();
                        }
                        if (method.getName().equals("commit") && broken == Break.AFTER_COMMIT) {
                            real.commit();
                            throw new SQLException("answer lost", "08006");
                        }
                        if (method.getName().equals("commit") && broken == Break.BEFORE_COMMIT) {
                            throw new SQLException("not committed", "08006");
                        }
                        if (method.getName().equals("commit")) {
                            hangDuring(Break.COMMIT_HANGS);
                        }
                        return method.invoke(real, args);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private synchronized void hangDuring(Break hang) throws SQLException {
        hanging++;
        try {
            while (broken == hang) {
                wait();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "08000", interrupted);
        } finally {
            hanging--;
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return behind.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        behind.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        behind.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return behind.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return behind.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return behind.isWrapperFor(type);
    }
}
