package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A declared table as it is on one side, and the statements that its keys make. Immutable.
 *
 * @param table the declaration
 * @param shape the table itself
 * @param key the key's columns in the key's order
 */
record SideTable(Table<?, ?> table, Side side, TableShape shape, List<Column> key) {
    static SideTable of(Table<?, ?> table, Side side, TableShape shape) {
        List<String> declared = table.keyColumns(side);
        List<String> columns = declared.isEmpty() ? shape.primaryKey() : declared;
        if (columns.size() != table.keys().size()) {
            throw new IllegalStateException(
                    "The key of " + table + " has " + table.keys().size()
                            + " parts, but on the " + side + " the table " + shape.declared() + " has "
                            + (columns.isEmpty() ? "no primary key" : "the key columns " + columns));
        }
        return new SideTable(
                table, side, shape, columns.stream().map(shape::column).toList());
    }

    /**
     * The identity of a row that was looked up by one of these keys.
     *
     * @throws IllegalStateException when the row has another key text: the database takes for equal what is not, and work on
     *     one spelling would miss, or undo, work on the other
     */
    RecordId idOfOneOf(Collection<String> keys, Row row) {
        RecordId id = idOf(row);
        if (!keys.contains(id.key())) {
            throw new IllegalStateException(
                    "On the " + side + ", " + id + " was found under a key that is spelled otherwise;"
                            + " keys need a column whose equality is that of their text: no collation that ignores case, and one"
                            + " spelling per key");
        }
        return id;
    }

    /** The key's columns, with commas. */
    String keyList() {
        return key.stream().map(Column::quoted).collect(Collectors.joining(", "));
    }

    /** {@code where key in (…)} for so many keys. */
    String whereKeyIn(int keys) {
        return whereIn(key, keys);
    }

    /** {@code where columns in (…)} for so many values of these columns. */
    static String whereIn(List<Column> columns, int values) {
        if (values == 1) {
            // MariaDB would look at every row to delete the one of a list.
            return columns.stream()
                    .map(column -> column.quoted() + " = ?")
                    .collect(Collectors.joining(" and ", " where ", ""));
        }
        String list = columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
        return columns.size() == 1
                ? " where " + list + " in " + InLists.marks("?", values)
                : " where (" + list + ") in " + InLists.marks(InLists.marks("?", columns.size()), values);
    }

    /** The values to bind for keys given as text, one after the other. */
    @Nullable Object[] bind(Collection<String> keys) {
        return bind(key, keys);
    }

    /** As {@link #bind(Collection)}, for columns that hold this table's keys, such as those of a foreign key. */
    @Nullable Object[] bind(List<Column> columns, Collection<String> keys) {
        List<@Nullable Object> values = new ArrayList<>();
        for (String text : keys) {
            List<Object> parts = table.keys().valuesOf(text);
            for (int at = 0; at < parts.size(); at++) {
                values.add(columns.get(at).accept(parts.get(at)));
            }
        }
        return values.toArray();
    }

    /** The columns of a reference that may be null for a moment, so that it leads nowhere. */
    List<Column> clearable(Reference reference) {
        return reference.on(side).stream()
                .map(shape::column)
                .filter(column -> column.nullable() && !key.contains(column))
                .toList();
    }

    /** The row with these references leading nowhere, as far as they can. */
    Row cleared(Collection<Reference> references, Row row) {
        Row cleared = row;
        for (Reference reference : references) {
            for (Column column : clearable(reference)) {
                cleared = cleared.has(column.name()) ? cleared.with(column.name(), null) : cleared;
            }
        }
        return cleared;
    }

    /** The text of the key that a row of this side has. */
    String keyOf(Row row) {
        if (key.size() == 1) {
            return table.keys().textOf(List.of(part(row, key.get(0))));
        }
        return table.keys().textOf(key.stream().map(column -> part(row, column)).toList());
    }

    /** The text of the key with these values in the key's columns, in the key's order. */
    String keyOf(List<@Nullable Object> values) {
        for (int at = 0; at < values.size(); at++) {
            there(values.get(at), key.get(at));
        }
        return table.keys().textOf(values);
    }

    private Object part(Row row, Column column) {
        return there(row.get(column.name()), column);
    }

    private Object there(@Nullable Object value, Column column) {
        if (value == null) {
            throw new IllegalStateException(
                    "A row of " + table + " on the " + side + " has no value in its key column " + column.name());
        }
        return value;
    }

    RecordId idOf(Row row) {
        return new RecordId(table.name(), keyOf(row));
    }
}
