package io.dualwrite.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a transaction's connection while repositories use it: closing does nothing, and ending the transaction is
 * refused, since whoever began it ends it. Savepoints are the repositories' own. Counts how often it is asked for a
 * statement, to tell that a write went through here.
 */
final class TransactionGuard implements InvocationHandler {
    private static final Pattern ENDING = Pattern.compile(
            "^(?:commit|abort|end|begin|start\\s+transaction|prepare\\s+transaction|xa"
                    + "|set\\s+(?:session\\s+|@@(?:session\\.)?)?autocommit"
                    + "|rollback(?!\\s+(?:(?:work|transaction)\\s+)?to\\b))\\b",
            Pattern.CASE_INSENSITIVE);
    /** What commits where DDL does, whether it defines anything or not. */
    private static final Pattern DEFINING = Pattern.compile(
            "^(?:create|alter|drop|truncate|rename|grant|revoke|comment|analyze|optimize|repair"
                    + "|lock\\s+tables?|unlock\\s+tables?|flush|install|uninstall"
                    + "|script|set\\s+session\\s+characteristics|prepare\\s+\\w+\\s*(?:\\([^)]*\\)\\s*)?as)\\b",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern LEAVING = Pattern.compile(
            "^(?:use\\b|set\\s+(?:(?:session|local)\\s+)?(?:search_path|schema|catalog)\\b)", Pattern.CASE_INSENSITIVE);

    private final Connection raw;
    private final Connection guarded;
    private final GuardedParts parts;
    private int uses;
    private boolean ended;

    /** {@code onFailure} is told of every statement that failed. */
    TransactionGuard(Connection raw, Consumer<SQLException> onFailure) {
        this.raw = raw;
        this.guarded = (Connection) Proxy.newProxyInstance(
                TransactionGuard.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
        this.parts = new GuardedParts(guarded, this::check, onFailure);
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
            case "setSchema":
            case "setCatalog":
                // The intents go into the table of the schema that the fence was found in.
                throw refused(method.getName() + "(…)");
            case "setTransactionIsolation":
                // H2 commits for it, even where it changes nothing.
                if (args != null && args[0] instanceof Integer level && level == raw.getTransactionIsolation()) {
                    return null;
                }
                throw refused("setTransactionIsolation(…)");
            case "unwrap":
                return GuardedParts.unwrapped(proxy, args);
            case "isWrapperFor":
                return args != null && args[0] instanceof Class<?> type && type.isInstance(proxy);
            case "rollback":
                if (bare) {
                    throw refused("rollback()");
                }
                break;
            default:
                break;
        }
        refuseIfEnded();
        if (method.getName().startsWith("prepare") || method.getName().equals("createStatement")) {
            uses++;
        }
        check(method.getName(), args);
        return parts.of(GuardedParts.call(raw, method, args), null);
    }

    /** Refuses SQL that would end the transaction, fence and all, before its intents are written. */
    private void check(String method, @Nullable Object @Nullable [] args) throws SQLException {
        boolean takesSql = method.startsWith("prepare") || method.startsWith("execute") || method.equals("addBatch");
        if (takesSql) {
            refuseIfEnded();
        }
        if (!takesSql || args == null || args.length == 0 || !(args[0] instanceof String sql)) {
            return;
        }
        for (String statement : StatementHeads.of(sql)) {
            if (ENDING.matcher(statement).find()) {
                throw refused("SQL that begins or ends a transaction");
            }
            if (LEAVING.matcher(statement).find()) {
                throw refused("SQL that leaves the schema");
            }
            if (DEFINING.matcher(statement).find() && raw.getMetaData().dataDefinitionCausesTransactionCommit()) {
                throw refused("DDL, which commits in this database,");
            }
        }
    }

    private void refuseIfEnded() throws SQLException {
        if (ended) {
            throw new SQLException(
                    "The transaction of this connection has ended; get a connection for each use", "08003");
        }
    }

    private static SQLException refused(String what) {
        return new SQLException(
                what + " is refused: the transaction belongs to dualwrite, which holds its fence, writes its intents in"
                        + " this schema, commits it when its work returns and rolls it back when its work throws",
                "2D000");
    }
}
