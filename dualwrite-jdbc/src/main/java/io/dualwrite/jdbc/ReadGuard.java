package io.dualwrite.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a connection that is used outside of a fenced transaction and refuses writes, which would be neither fenced
 * nor journalled. Looks at what statements begin with and at data changes inside of queries; a function that writes when it
 * is selected is not seen here, but is refused by databases that enforce read-only connections.
 */
final class ReadGuard implements InvocationHandler {
    private static final Pattern QUERY = Pattern.compile(
            "^(?:\\s|\\(|--[^\\n]*(?:\\n|$)|/\\*.*?\\*/)*(?:select|with|values|table|show|explain|set)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern CHANGE_WITHIN = Pattern.compile(
            "\\(\\s*(?:insert\\s+into|update\\s+\\S+\\s+(?:as\\s+\\S+\\s+|\\S+\\s+)?set|delete\\s+from|merge\\s+into)\\b",
            Pattern.CASE_INSENSITIVE);

    private final Connection raw;
    private final Connection guarded;
    private final GuardedParts parts;
    private final boolean closing;
    private final boolean autoCommit;
    private final boolean readOnly;
    private boolean asked;
    private boolean closed;

    private ReadGuard(Connection raw, boolean closing) throws SQLException {
        this.raw = raw;
        this.closing = closing;
        this.autoCommit = raw.getAutoCommit();
        this.asked = autoCommit;
        this.readOnly = raw.isReadOnly();
        this.guarded = (Connection)
                Proxy.newProxyInstance(ReadGuard.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
        this.parts = new GuardedParts(guarded, ReadGuard::check, failure -> {});
        // In a transaction that is never committed: drivers enforce read-only there or nowhere, and what slips through
        // all the
        // same is rolled back.
        if (autoCommit) {
            raw.setAutoCommit(false);
        }
        if (!readOnly) {
            raw.setReadOnly(true);
        }
    }

    /**
     * Guards a connection fresh from its pool.
     *
     * @param closing whether the user's {@code close()} gives it back; otherwise {@link #giveBack()} must be called
     */
    static ReadGuard of(Connection raw, boolean closing) throws SQLException {
        try {
            return new ReadGuard(raw, closing);
        } catch (SQLException | RuntimeException failure) {
            Connections.discard(raw, failure);
            throw failure;
        }
    }

    Connection connection() {
        return guarded;
    }

    /** Ends what the user left open and gives the connection back as it came. Idempotent. */
    void giveBack() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            raw.rollback();
            if (!readOnly) {
                raw.setReadOnly(false);
            }
            if (autoCommit) {
                raw.setAutoCommit(true);
            }
        } catch (SQLException | RuntimeException failure) {
            Connections.discard(raw, failure);
            throw failure;
        }
        raw.close();
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        String name = method.getName();
        switch (name) {
            case "equals":
                return args != null && proxy == args[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "read-only " + raw;
            case "close":
                if (closing) {
                    giveBack();
                }
                return null;
            case "isClosed":
                return closed || raw.isClosed();
            case "setReadOnly":
                return null;
            case "setAutoCommit":
                asked = args == null || Boolean.TRUE.equals(args[0]);
                return null;
            case "getAutoCommit":
                return asked;
            case "commit":
                // There is nothing to commit but what slipped through; what a reader wants of it is a new snapshot.
                raw.rollback();
                return null;
            case "unwrap":
                return GuardedParts.unwrapped(proxy, args);
            case "isWrapperFor":
                return args != null && args[0] instanceof Class<?> type && type.isInstance(proxy);
            case "prepareCall":
                throw refused("A procedure call");
            default:
                break;
        }
        if (closed) {
            throw new SQLException("This connection has been closed; get a connection for each use", "08003");
        }
        check(name, args);
        return parts.of(GuardedParts.call(raw, method, args), null);
    }

    /** Every method that takes SQL takes it as its first argument. */
    private static void check(String method, @Nullable Object @Nullable [] args) throws SQLException {
        boolean takesSql =
                method.equals("prepareStatement") || method.startsWith("execute") || method.equals("addBatch");
        if (takesSql && args != null && args.length > 0 && args[0] instanceof String sql && !isQuery(sql)) {
            throw refused("A statement that may write");
        }
    }

    /** Whether a statement only reads, as far as its text tells. */
    static boolean isQuery(String sql) {
        return StatementHeads.of(sql).stream()
                        .allMatch(statement -> QUERY.matcher(statement).matches())
                && !CHANGE_WITHIN.matcher(sql).find();
    }

    private static SQLException refused(String what) {
        return new SQLException(
                what
                        + " is refused outside of a fenced transaction: call a method that is declared as a write, or run it"
                        + " inside inTransaction(…) and name the changed records",
                "25006");
    }
}
