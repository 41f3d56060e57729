package io.dualwrite.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for transfers. Verification reads with code of its own ({@link PrintReader}), so that a mistake made here is
 * found there.
 */
final class RowReader {
    private final Map<String, Integer> places;
    private final String[] names;
    private final Kind[] kinds;

    /** Reads all columns of this result. */
    RowReader(Dialect dialect, ResultSetMetaData meta) throws SQLException {
        names = new String[meta.getColumnCount()];
        kinds = new Kind[names.length];
        for (int at = 0; at < names.length; at++) {
            names[at] = meta.getColumnLabel(at + 1).toLowerCase(Locale.ROOT);
            kinds[at] =
                    dialect.kind(meta.getColumnType(at + 1), meta.getColumnTypeName(at + 1), meta.getPrecision(at + 1));
        }
        places = Row.places(List.of(names));
    }

    /** The result's current row. */
    Row read(ResultSet result) throws SQLException {
        @Nullable Object[] values = new @Nullable Object[names.length];
        for (int at = 0; at < names.length; at++) {
            Object value = value(result, at + 1, kinds[at]);
            if (value == null && Temporal.class.isAssignableFrom(kinds[at].valueClass()) && isThere(result, at + 1)) {
                throw new IllegalStateException(
                        "Column " + names[at] + " holds a date that no calendar has; set it to null or to a real one");
            }
            values[at] = value;
        }
        return Row.ofOwn(places, values);
    }

    private static @Nullable Object value(ResultSet result, int at, Kind kind) throws SQLException {
        return switch (kind) {
            case TEXT, JSON, OTHER -> result.getString(at);
            case CHAR -> {
                String padded = result.getString(at);
                yield padded == null ? null : stripBlanks(padded);
            }
            case BYTES -> result.getBytes(at);
            case FLAG -> {
                int number = result.getInt(at);
                yield result.wasNull() ? null : number == 0 || number == 1 ? (Object) (number == 1) : number;
            }
            case TIMESTAMP_IN_UTC -> {
                LocalDateTime time = result.getObject(at, LocalDateTime.class);
                yield time == null ? null : time.atOffset(ZoneOffset.UTC);
            }
            case INTEGER -> {
                int number = result.getInt(at);
                yield result.wasNull() ? null : number;
            }
            case LONG -> {
                long number = result.getLong(at);
                yield result.wasNull() ? null : number;
            }
            case DECIMAL -> result.getBigDecimal(at);
            case UNSUPPORTED -> result.getObject(at);
            default -> result.getObject(at, kind.valueClass());
        };
    }

    /** Drivers make nothing of a zero date, which is another thing than no date. */
    private static boolean isThere(ResultSet result, int at) throws SQLException {
        return result.getString(at) != null;
    }

    private static String stripBlanks(String padded) {
        int end = padded.length();
        while (end > 0 && padded.charAt(end - 1) == ' ') {
            end--;
        }
        return padded.substring(0, end);
    }
}
