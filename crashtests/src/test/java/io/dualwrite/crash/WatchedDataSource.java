package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A node's connections to one side, with a point before each statement that means something, and one before and one after
 * each commit of something. What follows a statement is before the next one.
 */
final class WatchedDataSource {
    private static final Set<String> EXECUTIONS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "executeBatch");

    private final Side side;
    private final Points points;

    private WatchedDataSource(Side side, Points points) {
        this.side = side;
        this.points = points;
    }

    static DataSource of(Side side, DataSource behind, Points points) {
        WatchedDataSource watched = new WatchedDataSource(side, points);
        return proxy(DataSource.class, (self, method, args) -> {
            Object answer = call(behind, method, args);
            return answer instanceof Connection connection ? watched.connection(connection) : answer;
        });
    }

    /** What has been done in one connection's transaction. */
    private static final class Doings {
        private @Nullable Meaning last;
    }

    private Connection connection(Connection real) {
        Doings doings = new Doings();
        return proxy(Connection.class, (self, method, args) -> {
            switch (method.getName()) {
                case "prepareStatement" -> {
                    return statement(
                            PreparedStatement.class, call(real, method, args), doings, String.valueOf(args[0]));
                }
                case "createStatement" -> {
                    return statement(Statement.class, call(real, method, args), doings, "");
                }
                case "commit" -> {
                    Meaning last = doings.last;
                    doings.last = null;
                    if (last == null) {
                        return call(real, method, args);
                    }
                    at("before the commit of " + last.what());
                    call(real, method, args);
                    at("after the commit of " + last.what());
                    return null;
                }
                case "rollback" -> {
                    doings.last = null;
                    return call(real, method, args);
                }
                default -> {
                    return call(real, method, args);
                }
            }
        });
    }

    private <S extends Statement> S statement(Class<S> kind, @Nullable Object real, Doings doings, String prepared) {
        Map<Integer, Object> values = new ConcurrentHashMap<>();
        return proxy(kind, (self, method, args) -> {
            String name = method.getName();
            if (name.startsWith("set") && args != null && args.length >= 2 && args[0] instanceof Integer at) {
                values.put(at, String.valueOf(args[1]));
            }
            if (EXECUTIONS.contains(name)) {
                String sql = args != null && args.length > 0 ? String.valueOf(args[0]) : prepared;
                Meaning meaning = Meaning.of(sql, values);
                if (meaning != null) {
                    at("before " + meaning.what());
                    if (meaning.changes()) {
                        doings.last = meaning;
                    }
                }
            }
            return call(real, method, args);
        });
    }

    private void at(String what) {
        points.at(role() + " at " + side + " " + what);
    }

    /** Whose statement this is, by the name of the thread. */
    private static String role() {
        String name = Thread.currentThread().getName();
        return name.startsWith("dualwrite-") ? name.substring(name.lastIndexOf('-') + 1) : name.replaceAll("-.*", "");
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> switch (method.getName()) {
                    case "equals" -> self == args[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> handler.invoke(self, method, args);
                }));
    }

    private static @Nullable Object call(@Nullable Object on, Method method, Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(on, args);
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }
}
