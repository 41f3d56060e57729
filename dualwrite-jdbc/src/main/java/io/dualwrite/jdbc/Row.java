package io.dualwrite.jdbc;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
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
    /** Shared by all rows of one result. */
    private final Map<String, Integer> places;

    private final @Nullable Object[] values;

    private Row(Map<String, Integer> places, @Nullable Object[] values) {
        this.places = places;
        this.values = values;
    }

    /** A row of these columns, in the map's order. */
    public static Row of(Map<String, ? extends @Nullable Object> values) {
        return new Row(places(values.keySet()), values.values().toArray());
    }

    /** As {@link #of}, of an array that nobody else keeps, with each value where {@code places} says. */
    static Row ofOwn(Map<String, Integer> places, @Nullable Object[] values) {
        return new Row(places, values);
    }

    /** Where the value of each of these columns is, for rows that have them in this order. */
    static Map<String, Integer> places(Collection<String> columns) {
        Map<String, Integer> places = new LinkedHashMap<>();
        columns.forEach(name -> places.put(lower(name), places.size()));
        if (places.size() != columns.size()) {
            throw new IllegalArgumentException("Two columns differ in upper and lower case only: " + columns);
        }
        return Collections.unmodifiableMap(places);
    }

    /** The names of the columns. */
    public Set<String> columns() {
        return places.keySet();
    }

    /** Whether there is a column of that name. */
    public boolean has(String column) {
        return place(column) != null;
    }

    private @Nullable Integer place(String column) {
        Integer asSpelled = places.get(column);
        // The names that the library itself asks for are in lower case already.
        return asSpelled != null ? asSpelled : places.get(lower(column));
    }

    /**
     * The column's value.
     *
     * @throws IllegalArgumentException when there is no such column, naming those that there are
     */
    public @Nullable Object get(String column) {
        return at(placeOf(column));
    }

    /**
     * Where the column's value is, for {@link #at}; in every row that {@link #isLike} this one, too.
     *
     * @throws IllegalArgumentException when there is no such column
     */
    int placeOf(String column) {
        Integer place = place(column);
        if (place == null) {
            throw new IllegalArgumentException("No column '" + lower(column) + "' in " + columns());
        }
        return place;
    }

    @Nullable Object at(int place) {
        return values[place];
    }

    /** Whether the other row is known, without a look at its columns, to have the same in the same places. */
    boolean isLike(Row other) {
        return places == other.places;
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
        Integer place = place(column);
        if (place == null) {
            Map<String, @Nullable Object> copy = copy();
            copy.put(column, value);
            return of(copy);
        }
        @Nullable Object[] copy = values.clone();
        copy[place] = value;
        return new Row(places, copy);
    }

    /** This row without a column; one that is not there is no error. */
    public Row without(String column) {
        Map<String, @Nullable Object> copy = copy();
        copy.remove(lower(column));
        return of(copy);
    }

    /**
     * This row with a column under another name, in the same place.
     *
     * @throws IllegalArgumentException when there is no column of the old name, or one of the new name already
     */
    public Row rename(String oldName, String newName) {
        get(oldName);
        String from = lower(oldName);
        String to = lower(newName);
        if (!from.equals(to) && has(to)) {
            throw new IllegalArgumentException("There is a column '" + to + "' already");
        }
        return new Row(
                places(columns().stream()
                        .map(name -> name.equals(from) ? to : name)
                        .toList()),
                values);
    }

    /** Only the given columns, in this row's order. */
    Row only(Set<String> columns) {
        Map<String, @Nullable Object> copy = copy();
        copy.keySet().retainAll(columns);
        return of(copy);
    }

    private Map<String, @Nullable Object> copy() {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        places.forEach((name, place) -> copy.put(name, values[place]));
        return copy;
    }

    /** Equal columns with equal values, in any order; numbers equal as Java objects are. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Row row
                && row.columns().equals(columns())
                && columns().stream().allMatch(column -> Objects.deepEquals(get(column), row.get(column)));
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (String column : columns()) {
            Object value = get(column);
            hash += column.hashCode()
                    ^ (value instanceof byte[] bytes ? Arrays.hashCode(bytes) : Objects.hashCode(value));
        }
        return hash;
    }

    /** The names of the columns and none of their values, which may be personal. */
    @Override
    public String toString() {
        return "Row" + columns();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
