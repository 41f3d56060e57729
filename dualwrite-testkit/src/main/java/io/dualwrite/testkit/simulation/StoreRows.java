package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.StoreSession.Answer;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The rows that a statement of a simulated store has found, all there at once. */
final class StoreRows {
    private final Answer answer;
    private final @Nullable Statement statement;
    private int at = -1;
    private boolean wasNull;

    private StoreRows(Answer answer, @Nullable Statement statement) {
        this.answer = answer;
        this.statement = statement;
    }

    static ResultSet of(Answer answer, @Nullable Statement statement) {
        StoreRows rows = new StoreRows(answer, statement);
        return (ResultSet) Proxy.newProxyInstance(
                StoreRows.class.getClassLoader(),
                new Class<?>[] {ResultSet.class},
                (proxy, method, args) -> rows.invoke(proxy, method.getName(), args == null ? new Object[0] : args));
    }

    private @Nullable Object invoke(Object proxy, String method, Object[] args) throws SQLException {
        switch (method) {
            case "next":
                return ++at < answer.rows().size();
            case "wasNull":
                return wasNull;
            case "close":
                return null;
            case "isClosed":
                return false;
            case "getStatement":
                return statement;
            case "getMetaData":
                return metaData();
            case "hashCode":
                return System.identityHashCode(proxy);
            case "equals":
                return proxy == args[0];
            default:
                break;
        }
        Object value = answer.rows().get(at)[column(args[0])];
        wasNull = value == null;
        return switch (method) {
            case "getLong" -> value == null ? 0L : ((Number) value).longValue();
            case "getInt" -> value == null ? 0 : ((Number) value).intValue();
            case "getBoolean" -> value != null && Boolean.TRUE.equals(ColumnType.BOOLEAN.accept(value));
            case "getString" -> value == null ? null : value.toString();
            case "getBigDecimal" -> value == null ? null : new BigDecimal(value.toString());
            case "getObject" -> value == null || args.length == 1 ? value : as((Class<?>) args[1], value);
            default -> throw Unsimulated.of(method + " of a result");
        };
    }

    private int column(Object name) throws SQLException {
        if (name instanceof Integer number) {
            return number - 1;
        }
        for (int index = 0; index < answer.names().size(); index++) {
            if (answer.names().get(index).equalsIgnoreCase((String) name)) {
                return index;
            }
        }
        throw Unsimulated.of("the column " + name + " of a result");
    }

    private static Object as(Class<?> type, Object value) {
        if (type == Long.class) {
            return ((Number) value).longValue();
        }
        if (type == Integer.class) {
            return ((Number) value).intValue();
        }
        if (type == OffsetDateTime.class && value instanceof Instant time) {
            return time.atOffset(ZoneOffset.UTC);
        }
        if (type.isInstance(value)) {
            return value;
        }
        throw Unsimulated.of("how to give a " + value.getClass() + " as a " + type);
    }

    private ResultSetMetaData metaData() {
        return (ResultSetMetaData) Proxy.newProxyInstance(
                StoreRows.class.getClassLoader(),
                new Class<?>[] {ResultSetMetaData.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getColumnCount" -> answer.names().size();
                    case "getColumnLabel", "getColumnName" -> answer.names().get((Integer) args[0] - 1);
                    case "getColumnType" -> type((Integer) args[0]).code();
                    case "getPrecision" -> type((Integer) args[0]).size();
                    case "getColumnTypeName" -> type((Integer) args[0]).typeName();
                    default -> throw Unsimulated.of(method.getName() + " of a result's metadata");
                });
    }

    private ColumnType type(int number) {
        ColumnType type = answer.types().get(number - 1);
        if (type == null) {
            throw Unsimulated.of("the type of an expression");
        }
        return type;
    }
}
