package io.dualwrite.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for verification. Deliberately not {@link RowReader}, which transfers use: two readers agree on a mistake only
 * if it was made twice.
 */
final class PrintReader {
    private final ResultSet result;
    private final String[] names;
    private final Kind[] kinds;

    PrintReader(Dialect dialect, ResultSet result) throws SQLException {
        this.result = result;
        ResultSetMetaData meta = result.getMetaData();
        names = new String[meta.getColumnCount()];
        kinds = new Kind[names.length];
        for (int at = 1; at <= names.length; at++) {
            names[at - 1] = meta.getColumnLabel(at).toLowerCase(Locale.ROOT);
            kinds[at - 1] = dialect.kind(meta.getColumnType(at), meta.getColumnTypeName(at), meta.getPrecision(at));
        }
    }

    /** The names of the columns, in the result's order. */
    List<String> names() {
        return List.of(names);
    }

    /** The result's current row. */
    Row row() throws SQLException {
        Map<String, @Nullable Object> values = new TreeMap<>();
        for (int at = 1; at <= names.length; at++) {
            values.put(names[at - 1], value(at));
        }
        return Row.of(values);
    }

    /** The values of the result's current row, into as many places. */
    void read(@Nullable Object[] values) throws SQLException {
        for (int at = 1; at <= names.length; at++) {
            values[at - 1] = value(at);
        }
    }

    private @Nullable Object value(int at) throws SQLException {
        Kind kind = kinds[at - 1];
        Object value = switch (kind) {
            case INTEGER -> result.getInt(at);
            case LONG -> result.getLong(at);
            case FLOAT -> result.getFloat(at);
            case DOUBLE -> result.getDouble(at);
            case BOOLEAN -> result.getBoolean(at);
            case DECIMAL -> result.getBigDecimal(at);
            case BYTES -> result.getBytes(at);
            case UUID -> UUID.fromString(text(at));
            case FLAG -> flag(result.getString(at));
            case DATE -> orText(result.getObject(at, LocalDate.class), at);
            case TIME -> result.getObject(at, LocalTime.class);
            case TIME_WITH_ZONE -> result.getObject(at, OffsetTime.class);
            case TIMESTAMP -> orText(result.getObject(at, LocalDateTime.class), at);
            case TIMESTAMP_IN_UTC -> orText(instant(result.getObject(at, LocalDateTime.class)), at);
            case TIMESTAMP_WITH_ZONE -> result.getObject(at, OffsetDateTime.class);
            case CHAR -> TextForms.withoutPadding(text(at));
            case TEXT, JSON, OTHER -> text(at);
            case UNSUPPORTED -> result.getObject(at);
        };
        // Of a date that it makes nothing of, a driver may say that it was null although it has a text.
        boolean isDate = Temporal.class.isAssignableFrom(kind.valueClass());
        return value == null || (!isDate && result.wasNull()) ? null : value;
    }

    /** The value, or, where the driver makes nothing of a date that no calendar has, its text: no other value's equal. */
    private @Nullable Object orText(@Nullable Object value, int at) throws SQLException {
        return value != null ? value : result.getString(at);
    }

    private static @Nullable Object instant(@Nullable LocalDateTime time) {
        return time == null ? null : OffsetDateTime.of(time, ZoneOffset.UTC);
    }

    private static @Nullable Object flag(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return switch (text) {
            case "0", "false" -> false;
            case "1", "true" -> true;
            default -> Integer.valueOf(text);
        };
    }

    /** Text that may be taken further; of a null it is the zero UUID's, which {@code wasNull} then throws away. */
    private String text(int at) throws SQLException {
        String text = result.getString(at);
        return text == null ? "00000000-0000-0000-0000-000000000000" : text;
    }
}
