package io.dualwrite.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.temporal.Temporal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for transfers. Verification reads with code of its own ({@link PrintReader}), so that a mistake made here is
 * found there.
 */
final class RowReader {
    private static final Pattern WITHIN_DAY = Pattern.compile("([01]\\d|2[0-3]):");

    private final Map<String, Integer> places;
    private final String[] names;
    private final Kind[] kinds;
    /** The column of the result for each name. */
    private final int[] columns;

    /**
     * Reads all columns of this result, of two with one name the later one.
     *
     * @throws IllegalStateException when one has come to the table since it was looked up, and would not be read exactly
     */
    RowReader(Dialect dialect, ResultSetMetaData meta) throws SQLException {
        Map<String, Integer> labels = new LinkedHashMap<>();
        for (int column = 1; column <= meta.getColumnCount(); column++) {
            labels.put(meta.getColumnLabel(column), column);
        }
        names = labels.keySet().stream()
                .map(label -> label.toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        columns = labels.values().stream().mapToInt(Integer::intValue).toArray();
        kinds = new Kind[names.length];
        for (int at = 0; at < names.length; at++) {
            kinds[at] = dialect.kind(
                    meta.getColumnType(columns[at]),
                    meta.getColumnTypeName(columns[at]),
                    meta.getPrecision(columns[at]));
            if (!dialect.readsExactly(kinds[at])) {
                throw new IllegalStateException("Column " + names[at]
                        + " is newer than what is known of its table, which is looked up again the next time");
            }
        }
        places = Row.places(List.of(names));
    }

    /** The result's current row. */
    Row read(ResultSet result) throws SQLException {
        @Nullable Object[] values = new @Nullable Object[names.length];
        for (int at = 0; at < names.length; at++) {
            Object value = value(result, columns[at], kinds[at]);
            if (value == null
                    && Temporal.class.isAssignableFrom(kinds[at].valueClass())
                    && isThere(result, columns[at])) {
                throw new IllegalStateException(
                        "Column " + names[at] + " holds a date that no calendar has; set it to null or to a real one");
            }
            if (value instanceof LocalTime || value instanceof OffsetTime) {
                requireWithinDay(result.getString(columns[at]), names[at]);
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

    /** Drivers make times of a day of those that are none. */
    private static void requireWithinDay(String time, String name) {
        if (!WITHIN_DAY.matcher(time).lookingAt()) {
            throw new IllegalStateException(
                    "Column " + name
                            + " holds a time beyond the 24 hours of a day, which is another one elsewhere; set it to one within");
        }
    }

    private static String stripBlanks(String padded) {
        int end = padded.length();
        while (end > 0 && padded.charAt(end - 1) == ' ') {
            end--;
        }
        return padded.substring(0, end);
    }
}
