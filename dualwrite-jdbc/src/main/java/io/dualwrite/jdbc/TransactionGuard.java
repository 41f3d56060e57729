package io.dualwrite.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a transaction's connection while repositories use it: closing does nothing, and ending the transaction is
 * refused, since whoever began it ends it. Savepoints are the repositories' own. Counts how often it is asked for a
 * statement, to tell that a write went through here.
 */
final class TransactionGuard implements InvocationHandler {
    private static final Pattern ENDING = Pattern.compile(
            "^\\s*(?:commit|abort|end|begin|start\\s+transaction|prepare\\s+transaction"
                    + "|rollback(?!\\s+(?:(?:work|transaction)\\s+)?to\\b))\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern DEFINING =
            Pattern.compile("^\\s*(?:create|alter|drop|truncate|grant|revoke|comment)\\b", Pattern.CASE_INSENSITIVE);

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
        check(method.getName(), args);
        Object result = call(raw, method, args);
        return method.getName().equals("createStatement") && result instanceof Statement statement
                ? guarded(statement)
                : result;
    }

    /** A statement whose SQL is looked at before it runs. */
    private Statement guarded(Statement statement) {
        InvocationHandler handler = (proxy, method, args) -> {
            switch (method.getName()) {
                case "equals":
                    return args != null && proxy == args[0];
                case "hashCode":
                    return System.identityHashCode(proxy);
                case "getConnection":
                    return guarded;
                default:
                    check(method.getName(), args);
                    return call(statement, method, args);
            }
        };
        return (Statement) Proxy.newProxyInstance(
                TransactionGuard.class.getClassLoader(), new Class<?>[] {Statement.class}, handler);
    }

    /** Refuses SQL that would end the transaction, fence and all, before its intents are written. */
    private void check(String method, @Nullable Object @Nullable [] args) throws SQLException {
        boolean takesSql = method.startsWith("prepare") || method.startsWith("execute") || method.equals("addBatch");
        if (!takesSql || args == null || args.length == 0 || !(args[0] instanceof String sql)) {
            return;
        }
        if (ENDING.matcher(sql).find()) {
            throw refused("SQL that begins or ends a transaction");
        }
        if (DEFINING.matcher(sql).find() && raw.getMetaData().dataDefinitionCausesTransactionCommit()) {
            throw refused("DDL, which commits in this database,");
        }
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
