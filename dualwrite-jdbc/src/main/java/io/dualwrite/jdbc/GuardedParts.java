package io.dualwrite.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands before everything that a guarded connection hands out (statements, results, metadata), so that every way back from
 * there leads to the guard and none to the connection behind it. Belongs to one connection.
 */
final class GuardedParts {
    /** Looks at a call before it is made. */
    @FunctionalInterface
    interface Check {
        void before(String method, @Nullable Object @Nullable [] args) throws SQLException;
    }

    private final Connection guard;
    private final Check check;
    private final Consumer<SQLException> onFailure;

    /** {@code onFailure} is told of every part's failures before the caller is. */
    GuardedParts(Connection guard, Check check, Consumer<SQLException> onFailure) {
        this.guard = guard;
        this.check = check;
        this.onFailure = onFailure;
    }

    /** What to hand out in place of {@code part}; {@code parent} is the guarded statement that it came from, if any. */
    @Nullable Object of(@Nullable Object part, @Nullable Object parent) {
        if (part instanceof Connection) {
            return guard;
        }
        Class<?> type = part instanceof CallableStatement
                ? CallableStatement.class
                : part instanceof PreparedStatement
                        ? PreparedStatement.class
                        : part instanceof Statement
                                ? Statement.class
                                : part instanceof ResultSet
                                        ? ResultSet.class
                                        : part instanceof DatabaseMetaData ? DatabaseMetaData.class : null;
        if (type == null || part == null) {
            return part;
        }
        return Proxy.newProxyInstance(
                GuardedParts.class.getClassLoader(), new Class<?>[] {type}, new Part(part, parent));
    }

    private final class Part implements InvocationHandler {
        private final Object raw;
        private final @Nullable Object parent;

        Part(Object raw, @Nullable Object parent) {
            this.raw = raw;
            this.parent = parent;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
                throws Throwable {
            switch (method.getName()) {
                case "equals":
                    return args != null && proxy == args[0];
                case "hashCode":
                    return System.identityHashCode(proxy);
                case "unwrap":
                    return unwrapped(proxy, args);
                case "isWrapperFor":
                    return args != null && args[0] instanceof Class<?> type && type.isInstance(proxy);
                case "getStatement":
                    if (parent != null) {
                        return parent;
                    }
                    break;
                default:
                    break;
            }
            if (raw instanceof Statement) {
                check.before(method.getName(), args);
            }
            try {
                return of(call(raw, method, args), raw instanceof Statement ? proxy : null);
            } catch (SQLException failure) {
                onFailure.accept(failure);
                throw failure;
            }
        }
    }

    /** The guard itself where it is of that type; what is behind it is not handed out. */
    static Object unwrapped(Object proxy, @Nullable Object @Nullable [] args) throws SQLException {
        if (args != null && args[0] instanceof Class<?> type && type.isInstance(proxy)) {
            return proxy;
        }
        throw new SQLException(
                "What is behind this connection is not handed out: what it does would be neither fenced nor journalled",
                "0A000");
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
