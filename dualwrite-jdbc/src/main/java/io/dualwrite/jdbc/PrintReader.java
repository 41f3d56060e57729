package io.dualwrite.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
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

    PrintReader(ResultSet result) {
        this.result = result;
    }

    /** The result's current row. */
    Row row() throws SQLException {
        ResultSetMetaData meta = result.getMetaData();
        Map<String, @Nullable Object> values = new TreeMap<>();
        for (int at = 1; at <= meta.getColumnCount(); at++) {
            values.put(meta.getColumnLabel(at).toLowerCase(Locale.ROOT), value(meta, at));
        }
        return Row.of(values);
    }

    private @Nullable Object value(ResultSetMetaData meta, int at) throws SQLException {
        Object value = switch (Kind.of(meta.getColumnType(at), meta.getColumnTypeName(at))) {
            case INTEGER -> result.getInt(at);
            case LONG -> result.getLong(at);
            case FLOAT -> result.getFloat(at);
            case DOUBLE -> result.getDouble(at);
            case BOOLEAN -> result.getBoolean(at);
            case DECIMAL -> result.getBigDecimal(at);
            case BYTES -> result.getBytes(at);
            case UUID -> UUID.fromString(text(at));
            case DATE -> result.getObject(at, LocalDate.class);
            case TIME -> result.getObject(at, LocalTime.class);
            case TIME_WITH_ZONE -> result.getObject(at, OffsetTime.class);
            case TIMESTAMP -> result.getObject(at, LocalDateTime.class);
            case TIMESTAMP_WITH_ZONE -> result.getObject(at, OffsetDateTime.class);
            case CHAR -> text(at).replaceFirst(" +\\z", "");
            case TEXT, JSON, OTHER -> text(at);
            case UNSUPPORTED -> result.getObject(at);
        };
        return result.wasNull() ? null : value;
    }

    /** Text that may be taken further; of a null it is the zero UUID's, which {@code wasNull} then throws away. */
    private String text(int at) throws SQLException {
        String text = result.getString(at);
        return text == null ? "00000000-0000-0000-0000-000000000000" : text;
    }
}
