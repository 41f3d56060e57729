package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.StoreSession.Answer;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One statement of a simulated store's connection. The elements of a batch run one by one. */
final class StoreStatement {
    private final StoreConnection connection;
    private final @Nullable String sql;
    private final Statement handle;
    private @Nullable Object[] values = new @Nullable Object[8];
    private int count;
    private final List<@Nullable Object[]> batch = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private Duration limit = Duration.ZERO;
    private @Nullable Answer last;
    private boolean closed;

    StoreStatement(StoreConnection connection, @Nullable String sql) {
        this.connection = connection;
        this.sql = sql;
        this.handle = (Statement) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {sql == null ? Statement.class : PreparedStatement.class},
                (proxy, method, args) -> invoke(proxy, method, args == null ? new Object[0] : args));
    }

    Statement handle() {
        return handle;
    }

    private @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] args) throws SQLException {
        switch (method.getName()) {
            case "hashCode":
                return System.identityHashCode(proxy);
            case "equals":
                return proxy == args[0];
            case "toString":
                return String.valueOf(sql);
            case "getConnection":
                return connection.handle();
            case "close":
                closed = true;
                return null;
            case "isClosed":
                return closed;
            case "setQueryTimeout":
                limit = args[0] instanceof Integer seconds ? Duration.ofSeconds(seconds) : Duration.ZERO;
                return null;
            case "getQueryTimeout":
                return (int) limit.toSeconds();
            case "setFetchSize":
                return null;
            case "clearParameters":
                count = 0;
                return null;
            case "addBatch":
                if (args.length == 0) {
                    batch.add(Arrays.copyOf(values, count));
                } else {
                    texts.add(connection.rewritten((String) text(args[0])));
                }
                return null;
            case "executeBatch":
                return batched();
            case "executeQuery":
                return StoreRows.of(run(args), handle);
            case "executeUpdate":
                return Math.max(0, run(args).changed());
            case "executeLargeUpdate":
                return (long) Math.max(0, run(args).changed());
            case "execute":
                return run(args).isQuery();
            case "getResultSet":
                return last == null || !last.isQuery() ? null : StoreRows.of(last, handle);
            case "getUpdateCount":
                return last == null ? -1 : last.changed();
            case "setObject":
            case "setLong":
            case "setInt":
            case "setString":
            case "setBoolean":
                set((Integer) text(args[0]), plain(args[1]));
                return null;
            case "setNull":
                set((Integer) text(args[0]), null);
                return null;
            default:
                throw Unsimulated.of(method.getName() + " of a statement");
        }
    }

    private static Object text(@Nullable Object argument) {
        if (argument == null) {
            throw new IllegalArgumentException("null");
        }
        return argument;
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Integer || value instanceof Short ? ((Number) value).longValue() : value;
    }

    private void set(int number, @Nullable Object value) {
        if (number > values.length) {
            values = Arrays.copyOf(values, 2 * number);
        }
        values[number - 1] = value;
        count = Math.max(count, number);
    }

    private Answer run(@Nullable Object[] args) throws SQLException {
        String text = args.length == 0 ? String.valueOf(sql) : connection.rewritten((String) text(args[0]));
        Answer answer = connection.execute(text, Arrays.copyOf(values, count), limit);
        last = answer;
        return answer;
    }

    private int[] batched() throws SQLException {
        List<Integer> counts = new ArrayList<>();
        try {
            for (String text : texts) {
                counts.add(
                        connection.execute(text, new @Nullable Object[0], limit).changed());
            }
            for (@Nullable Object[] element : batch) {
                counts.add(
                        connection.execute(String.valueOf(sql), element, limit).changed());
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
        }
    }
}
