package io.dualwrite.testkit.fault;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database whose connections fail on demand: {@link #connects} at the n-th connection, {@link #before} and {@link #after}
 * the n-th statement, {@link #unknownCommitOn} the n-th commit. Counts run over all connections. Thread-safe if the source
 * behind is.
 */
public final class FaultyDataSource {
    private static final Set<String> EXECUTIONS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "executeBatch");

    private final DataSource behind;
    private final Trouble connects = new Trouble();
    private final Trouble before = new Trouble();
    private final Trouble after = new Trouble();
    private final AtomicInteger commits = new AtomicInteger();
    private final Map<Integer, Boolean> unknown = new ConcurrentHashMap<>();

    public FaultyDataSource(DataSource behind) {
        this.behind = behind;
    }

    /** A lost connection, as drivers report it: SQL state 08006. */
    public static Supplier<SQLException> connectionLost() {
        return () -> new SQLException("connection lost", "08006");
    }

    /**
     * As {@link #connectionLost()}, for {@link #before} and {@link #after}: the statement's connection is no more from then
     * on, and the server takes back what was not committed on it.
     */
    public static Supplier<SQLException> connectionLostForGood() {
        return LostForGoodException::new;
    }

    private static final class LostForGoodException extends SQLException {
        private static final long serialVersionUID = 1L;

        LostForGoodException() {
            super("connection lost", "08006");
        }
    }

    /** What goes wrong when a connection is asked for. */
    public Trouble connects() {
        return connects;
    }

    /** What goes wrong before a statement runs. */
    public Trouble before() {
        return before;
    }

    /** What goes wrong after a statement has run. */
    public Trouble after() {
        return after;
    }

    /** The n-th commit from now on fails with 08006, having happened or having been rolled back. */
    public void unknownCommitOn(int nth, boolean happens) {
        unknown.put(commits.get() + nth, happens);
    }

    /** How many commits there were. */
    public int commits() {
        return commits.get();
    }

    /** The source to hand to whatever is tested. */
    public DataSource dataSource() {
        return proxy(DataSource.class, (proxy, method, args) -> {
            if (method.getName().equals("getConnection")) {
                connects.call();
                return connection((Connection) present(call(behind, method, args)));
            }
            return call(behind, method, args);
        });
    }

    private Connection connection(Connection real) {
        return proxy(Connection.class, (proxy, method, args) -> {
            switch (method.getName()) {
                case "createStatement":
                    return statement(Statement.class, (Statement) present(call(real, method, args)), real);
                case "prepareStatement":
                    return statement(
                            PreparedStatement.class, (PreparedStatement) present(call(real, method, args)), real);
                case "commit":
                    commit(real);
                    return null;
                default:
                    return call(real, method, args);
            }
        });
    }

    private void commit(Connection real) throws SQLException {
        Boolean happens = unknown.get(commits.incrementAndGet());
        if (happens == null) {
            real.commit();
            return;
        }
        if (happens) {
            real.commit();
        } else {
            real.rollback();
        }
        throw connectionLost().get();
    }

    private <S extends Statement> S statement(Class<S> kind, S real, Connection connection) {
        return proxy(kind, (proxy, method, args) -> {
            if (!EXECUTIONS.contains(method.getName())) {
                return call(real, method, args);
            }
            try {
                before.call();
                Object answer = call(real, method, args);
                after.call();
                return answer;
            } catch (LostForGoodException lost) {
                end(connection);
                throw lost;
            }
        });
    }

    private static void end(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
        }
        connection.close();
    }

    @FunctionalInterface
    private interface Handler {
        @Nullable Object call(Object proxy, Method method, Object @Nullable [] args) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> switch (method.getName()) {
                    case "equals" -> args != null && proxy == args[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> handler.call(proxy, method, args);
                }));
    }

    private static Object present(@Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("The driver returned null");
        }
        return value;
    }

    private static @Nullable Object call(Object on, Method method, Object @Nullable [] args) throws Throwable {
        try {
            return method.invoke(on, args);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            throw cause == null ? e : cause;
        }
    }
}
