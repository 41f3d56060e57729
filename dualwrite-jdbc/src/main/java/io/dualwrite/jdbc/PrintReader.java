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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for verification. Deliberately not {@link RowReader}, which transfers use: two readers agree on a mistake only
 * if it was made twice.
 */
final class PrintReader {
    private static final int HOURS_OF_A_DAY = 24;
    private static final Pattern NUMBER = Pattern.compile("[-+.0-9eE]+");

    private final ResultSet result;
    private final String[] names;
    /** By the result's column, counted from 1. */
    private final Kind[] kinds;
    /** Where each of the names is in the result. */
    private final int[] columns;

    /**
     * Of two columns with one name the later one is read.
     *
     * @throws IllegalStateException when one would not be read exactly, which the table had not when it was looked up
     */
    PrintReader(Dialect dialect, ResultSet result) throws SQLException {
        this.result = result;
        ResultSetMetaData meta = result.getMetaData();
        List<String> labels = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        kinds = new Kind[meta.getColumnCount() + 1];
        for (int at = 1; at < kinds.length; at++) {
            kinds[at] = dialect.kind(meta.getColumnType(at), meta.getColumnTypeName(at), meta.getPrecision(at));
            int same = labels.indexOf(meta.getColumnLabel(at));
            if (same < 0) {
                labels.add(meta.getColumnLabel(at));
                places.add(at);
            } else {
                places.set(same, at);
            }
        }
        names = labels.stream().map(label -> label.toLowerCase(Locale.ROOT)).toArray(String[]::new);
        columns = places.stream().mapToInt(Integer::intValue).toArray();
        for (int at = 0; at < columns.length; at++) {
            if (!dialect.readsExactly(kinds[columns[at]])) {
                throw new IllegalStateException(
                        "Column " + names[at] + " was not there when its table was looked up; try again");
            }
        }
    }

    /** The names of the columns, in the result's order. */
    List<String> names() {
        return List.of(names);
    }

    /** The result's current row. */
    Row row() throws SQLException {
        Map<String, @Nullable Object> values = new TreeMap<>();
        for (int at = 0; at < names.length; at++) {
            values.put(names[at], value(columns[at]));
        }
        return Row.of(values);
    }

    /** The values of the result's current row, into as many places. */
    void read(@Nullable Object[] values) throws SQLException {
        for (int at = 0; at < names.length; at++) {
            values[at] = value(columns[at]);
        }
    }

    private @Nullable Object value(int at) throws SQLException {
        Kind kind = kinds[at];
        return switch (kind) {
            case INTEGER -> orNull(result.getInt(at));
            case LONG -> orNull(result.getLong(at));
            case FLOAT -> orNull(result.getFloat(at));
            case DOUBLE -> orNull(result.getDouble(at));
            case BOOLEAN -> orNull(result.getBoolean(at));
            case DECIMAL -> decimal(at);
            case BYTES -> result.getBytes(at);
            case UUID -> uuid(result.getObject(at));
            case FLAG -> flag(result.getString(at));
            // Of a date that it makes nothing of, a driver may say that it was null although it has a text.
            case DATE -> orText(result.getObject(at, LocalDate.class), at);
            case TIME -> ofDay(result.getObject(at, LocalTime.class), at);
            case TIME_WITH_ZONE -> ofDay(result.getObject(at, OffsetTime.class), at);
            case TIMESTAMP -> orText(result.getObject(at, LocalDateTime.class), at);
            case TIMESTAMP_IN_UTC -> orText(instant(result.getObject(at, LocalDateTime.class)), at);
            case TIMESTAMP_WITH_ZONE -> result.getObject(at, OffsetDateTime.class);
            case CHAR -> unpadded(result.getString(at));
            case TEXT, JSON, OTHER -> result.getString(at);
            case UNSUPPORTED -> result.getObject(at);
        };
    }

    /** Drivers give a null as zero. */
    private @Nullable Object orNull(Object value) throws SQLException {
        return result.wasNull() ? null : value;
    }

    private static @Nullable Object uuid(@Nullable Object value) {
        return value == null || value instanceof UUID ? value : UUID.fromString(value.toString());
    }

    private static @Nullable Object unpadded(@Nullable String text) {
        return text == null ? null : Forms.withoutPadding(text);
    }

    /** The value, or, where the driver makes nothing of a date that no calendar has, its text: no other value's equal. */
    private @Nullable Object orText(@Nullable Object value, int at) throws SQLException {
        return value != null ? value : result.getString(at);
    }

    /** The number, or, where a driver makes none of infinity and NaN, its text. */
    private @Nullable Object decimal(int at) throws SQLException {
        try {
            return result.getBigDecimal(at);
        } catch (SQLException noNumber) {
            String text = result.getString(at);
            if (text != null && NUMBER.matcher(text).matches()) {
                throw noNumber;
            }
            return text;
        }
    }

    /** The time of day, or, where the driver has made one of more or less than a day, its text: no other value's equal. */
    private @Nullable Object ofDay(@Nullable Object value, int at) throws SQLException {
        String text = value == null ? null : result.getString(at);
        int hours = text == null ? 0 : Integer.parseInt(text.substring(0, text.indexOf(':')));
        return text != null && (hours >= HOURS_OF_A_DAY || text.startsWith("-")) ? text : value;
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
}
