package io.dualwrite.testkit.simulation;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One statement of a simulated connection. A batch runs one by one, as a driver that cannot do better would. */
final class SimulatedStatement {
    /** A parameter as it was set, to be set again for each element of a batch. */
    private record Setting(Method method, Object[] args) {}

    private final SimulatedConnection connection;
    private final Statement real;
    private final String sql;
    private final Statement handle;
    private final List<Setting> settings = new ArrayList<>();
    private final List<List<Setting>> batch = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

    SimulatedStatement(SimulatedConnection connection, Statement real, String sql, boolean prepared) {
        this.connection = connection;
        this.real = real;
        this.sql = sql;
        this.handle = (Statement) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {prepared ? PreparedStatement.class : Statement.class},
                (proxy, method, args) -> invoke(proxy, method, args));
    }

    Statement handle() {
        return handle;
    }

    private @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args) throws Throwable {
        String name = method.getName();
        switch (name) {
            case "hashCode":
                return System.identityHashCode(proxy);
            case "equals":
                return args != null && proxy == args[0];
            case "toString":
                return sql;
            case "getConnection":
                return connection.handle();
            case "setQueryTimeout":
                return null;
            case "close":
                real.close();
                return null;
            case "addBatch":
                if (args == null) {
                    batch.add(List.copyOf(settings));
                } else {
                    texts.add(connection.text((String) args[0]));
                }
                return null;
            case "clearBatch":
                batch.clear();
                texts.clear();
                return null;
            case "clearParameters":
                settings.clear();
                return SimulatedConnection.call(real, method, args);
            case "executeBatch":
                return batched();
            case "execute":
            case "executeQuery":
            case "executeUpdate":
            case "executeLargeUpdate":
                return execute(method, args);
            default:
                if (name.startsWith("set") && args != null && args.length >= 2 && args[0] instanceof Integer) {
                    settings.add(new Setting(method, args));
                }
                return SimulatedConnection.call(real, method, args);
        }
    }

    private @Nullable Object execute(Method method, Object @Nullable [] args) throws Throwable {
        if (args == null) {
            return connection.execute(sql, () -> invoked(method, null));
        }
        Object[] rewritten = args.clone();
        String text = connection.text((String) rewritten[0]);
        rewritten[0] = SimulatedConnection.patient(text);
        if (connection.swallowed(text)) {
            return method.getReturnType() == boolean.class ? (Object) false : (Object) 0;
        }
        return connection.execute(text, () -> invoked(method, rewritten));
    }

    private @Nullable Object invoked(Method method, Object @Nullable [] args) throws SQLException {
        try {
            return SimulatedConnection.call(real, method, args);
        } catch (SQLException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private int[] batched() throws SQLException {
        List<Integer> counts = new ArrayList<>();
        try {
            for (String text : texts) {
                counts.add(connection.execute(text, () -> real.executeUpdate(text)));
            }
            for (List<Setting> element : batch) {
                for (Setting setting : element) {
                    invoked(setting.method(), setting.args());
                }
                counts.add(connection.execute(sql, () -> ((PreparedStatement) real).executeUpdate()));
            }
            return counts.stream().mapToInt(Integer::intValue).toArray();
        } catch (SQLException e) {
            BatchUpdateException failed = new BatchUpdateException(
                    e.getMessage(),
                    e.getSQLState(),
                    e.getErrorCode(),
                    counts.stream().mapToInt(Integer::intValue).toArray(),
                    e);
            failed.setNextException(e);
            throw failed;
        } finally {
            texts.clear();
            batch.clear();
            settings.clear();
        }
    }
}
