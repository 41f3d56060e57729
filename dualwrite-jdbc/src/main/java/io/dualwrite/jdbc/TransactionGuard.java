package io.dualwrite.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a transaction's connection while repositories use it: closing does nothing, and ending the transaction is
 * refused, since whoever began it ends it. Savepoints are the repositories' own. Counts how often it is asked for a
 * statement, to tell that a write went through here.
 */
final class TransactionGuard implements InvocationHandler {
    private final Connection raw;
    private final Connection guarded;
    private int uses;
    private boolean ended;

    TransactionGuard(Connection raw) {
        this.raw = raw;
        this.guarded = (Connection) Proxy.newProxyInstance(
                TransactionGuard.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    /** The connection to hand out. */
    Connection connection() {
        uses++;
        return guarded;
    }

    boolean is(Connection connection) {
        return guarded == connection;
    }

    int uses() {
        return uses;
    }

    void end() {
        ended = true;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        boolean bare = args == null || args.length == 0;
        switch (method.getName()) {
            case "equals":
                return args != null && proxy == args[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "connection of a dualwrite transaction" + (ended ? ", which has ended" : "");
            case "close":
                return null;
            case "isClosed":
                return ended || raw.isClosed();
            case "getAutoCommit":
                return false;
            case "setAutoCommit":
                if (args != null && Boolean.FALSE.equals(args[0])) {
                    return null;
                }
                throw refused("setAutoCommit(true)");
            case "commit":
                throw refused("commit()");
            case "rollback":
                if (bare) {
                    throw refused("rollback()");
                }
                break;
            default:
                break;
        }
        if (ended) {
            throw new SQLException(
                    "The transaction of this connection has ended; get a connection for each use", "08003");
        }
        if (method.getName().startsWith("prepare") || method.getName().equals("createStatement")) {
            uses++;
        }
        return call(raw, method, args);
    }

    private static SQLException refused(String what) {
        return new SQLException(
                what + " is refused: the transaction was begun by dualwrite, which commits it when its work returns and"
                        + " rolls it back when its work throws",
                "2D000");
    }

    /** Calls through, with the exception as it was thrown. */
    static @Nullable Object call(Object raw, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        try {
            return method.invoke(raw, args);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            throw cause == null ? thrown : cause;
        }
    }
}
