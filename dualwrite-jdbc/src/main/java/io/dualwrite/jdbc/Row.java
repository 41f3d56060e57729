package io.dualwrite.jdbc;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row of a table: column names in lower case, with their values. Immutable. What mappings turn into each other.
 *
 * <p>Values are {@code Integer}, {@code Long}, {@code BigDecimal}, {@code Float}, {@code Double}, {@code Boolean},
 * {@code String} (text, JSON and engine types with a text form), {@code byte[]}, {@code UUID}, and of {@code java.time}
 * {@code LocalDate}, {@code LocalTime}, {@code OffsetTime}, {@code LocalDateTime}, {@code OffsetDateTime}; or null.
 */
public final class Row {
    private final Map<String, @Nullable Object> values;

    private Row(Map<String, @Nullable Object> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /** A row of these columns, in the map's order. */
    public static Row of(Map<String, ? extends @Nullable Object> values) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        values.forEach((name, value) -> copy.put(lower(name), value));
        if (copy.size() != values.size()) {
            throw new IllegalArgumentException("Two columns differ in upper and lower case only: " + values.keySet());
        }
        return new Row(copy);
    }

    /** As {@link #of}, of a map that nobody else keeps, with names in lower case. */
    static Row ofOwn(Map<String, @Nullable Object> values) {
        return new Row(values);
    }

    /** The names of the columns. */
    public Set<String> columns() {
        return values.keySet();
    }

    /** Whether there is a column of that name. */
    public boolean has(String column) {
        return values.containsKey(column) || values.containsKey(lower(column));
    }

    /**
     * The column's value.
     *
     * @throws IllegalArgumentException when there is no such column, naming those that there are
     */
    public @Nullable Object get(String column) {
        Object asSpelled = values.get(column);
        if (asSpelled != null) {
            // The names that the library itself asks for are in lower case already.
            return asSpelled;
        }
        String name = lower(column);
        if (!values.containsKey(name)) {
            throw new IllegalArgumentException("No column '" + name + "' in " + values.keySet());
        }
        return values.get(name);
    }

    /**
     * The column's value as the given class. Numbers become each other where they are exactly equal, and text and UUID
     * become each other.
     *
     * @throws IllegalArgumentException when there is no such column, or its value is no such thing; the value is not told
     */
    public <T> @Nullable T get(String column, Class<T> type) {
        Object value = get(column);
        if (value == null || type.isInstance(value)) {
            return type.cast(value);
        }
        try {
            Object converted = convert(value, type);
            if (converted != null) {
                return type.cast(converted);
            }
        } catch (ArithmeticException | IllegalArgumentException inexact) {
            throw new IllegalArgumentException(
                    "The value of column '" + lower(column) + "' is no exact " + type.getSimpleName(), inexact);
        }
        throw new IllegalArgumentException("Column '" + lower(column) + "' holds "
                + value.getClass().getSimpleName() + ", not " + type.getSimpleName());
    }

    private static @Nullable Object convert(Object value, Class<?> type) {
        if (type == String.class && value instanceof UUID) {
            return value.toString();
        }
        if (type == UUID.class && value instanceof String text) {
            return UUID.fromString(text);
        }
        if (!(value instanceof Number)) {
            return null;
        }
        BigDecimal number = new BigDecimal(value.toString());
        if (type == BigDecimal.class) {
            return number;
        } else if (type == Long.class) {
            return number.longValueExact();
        } else if (type == Integer.class) {
            return number.intValueExact();
        } else if (type == Short.class) {
            return number.shortValueExact();
        } else if (type == Double.class) {
            return number.doubleValue();
        }
        return null;
    }

    /** This row with a column added or its value replaced. */
    public Row with(String column, @Nullable Object value) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(values);
        copy.put(lower(column), value);
        return new Row(copy);
    }

    /** This row without a column; one that is not there is no error. */
    public Row without(String column) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(values);
        copy.remove(lower(column));
        return new Row(copy);
    }

    /**
     * This row with a column under another name, in the same place.
     *
     * @throws IllegalArgumentException when there is no column of the old name, or one of the new name already
     */
    public Row rename(String oldName, String newName) {
        Object value = get(oldName);
        String from = lower(oldName);
        String to = lower(newName);
        if (!from.equals(to) && values.containsKey(to)) {
            throw new IllegalArgumentException("There is a column '" + to + "' already");
        }
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        values.forEach((name, each) -> copy.put(name.equals(from) ? to : name, name.equals(from) ? value : each));
        return new Row(copy);
    }

    /** Only the given columns, in this row's order. */
    Row only(Set<String> columns) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(values);
        copy.keySet().retainAll(columns);
        return new Row(copy);
    }

    /** Equal columns with equal values, in any order; numbers equal as Java objects are. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Row row) || !row.values.keySet().equals(values.keySet())) {
            return false;
        }
        return values.entrySet().stream()
                .allMatch(each -> Objects.deepEquals(each.getValue(), row.values.get(each.getKey())));
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (Map.Entry<String, @Nullable Object> each : values.entrySet()) {
            Object value = each.getValue();
            hash += each.getKey().hashCode()
                    ^ (value instanceof byte[] bytes ? Arrays.hashCode(bytes) : Objects.hashCode(value));
        }
        return hash;
    }

    /** The names of the columns and none of their values, which may be personal. */
    @Override
    public String toString() {
        return "Row" + values.keySet();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
