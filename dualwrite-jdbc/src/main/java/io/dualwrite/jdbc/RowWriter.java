package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of one table on the copy, by primary key, in batches. Where the engine has one statement for it, whole rows are
 * inserted or else replaced. Elsewhere it is looked up first whether a row is there: under the stripes nobody else adds or
 * removes it, and the number of rows an update reports is not asked, since some databases count an unchanged row as none.
 */
final class RowWriter {
    private final Session session;
    private final SideTable table;

    RowWriter(Session session, SideTable table) {
        this.session = session;
        this.table = table;
    }

    /** Updates the rows that are there, only in the columns they have here, and inserts the others. */
    void upsert(Map<RecordId, Row> rows) throws SQLException {
        for (Map<RecordId, Row> alike : alike(rows)) {
            List<Column> columns = writable(alike.values().iterator().next());
            String orReplace = orReplace(columns);
            if (orReplace == null) {
                updateOrInsert(columns, alike);
            } else {
                insert(columns, alike.values(), orReplace);
            }
        }
    }

    /** Groups of rows that have the same columns; mostly all of them. */
    private static Collection<Map<RecordId, Row>> alike(Map<RecordId, Row> rows) {
        Map<Set<String>, Map<RecordId, Row>> groups = new LinkedHashMap<>();
        @Nullable Set<String> last = null;
        Map<RecordId, Row> group = Map.of();
        for (Map.Entry<RecordId, Row> each : rows.entrySet()) {
            Set<String> columns = each.getValue().columns();
            if (!columns.equals(last)) {
                group = groups.computeIfAbsent(columns, first -> new LinkedHashMap<>());
                last = columns;
            }
            group.put(each.getKey(), each.getValue());
        }
        return groups.values();
    }

    private void updateOrInsert(List<Column> columns, Map<RecordId, Row> rows) throws SQLException {
        Set<String> present = present(rows.keySet().stream().map(RecordId::key).toList());
        List<Row> updates = new ArrayList<>();
        List<Row> inserts = new ArrayList<>();
        rows.forEach((id, row) -> (present.contains(id.key()) ? updates : inserts).add(row));
        update(columns, updates);
        insert(columns, inserts, "");
    }

    /**
     * What makes an insert of these columns a change of the rows that are there; null where they have to be looked up. Only
     * where rows are given as a whole, since an insert would need a value, or make one, for what is left out; and where the
     * database lets every column be set that is not the key.
     */
    private @Nullable String orReplace(List<Column> columns) {
        TableShape shape = table.shape();
        boolean isWhole =
                shape.columns().values().stream().allMatch(column -> column.generated() || columns.contains(column));
        boolean isKey = Set.copyOf(shape.primaryKey())
                .equals(table.key().stream().map(Column::name).collect(Collectors.toSet()));
        List<Column> set = new ArrayList<>(columns);
        set.removeAll(table.key());
        if (shape.orReplace() == null || !isWhole || !isKey || set.stream().anyMatch(Column::identity)) {
            return null;
        }
        return shape.orReplace()
                + (set.isEmpty()
                        ? "nothing"
                        : "update set "
                                + set.stream()
                                        .map(column -> column.quoted() + " = excluded." + column.quoted())
                                        .collect(Collectors.joining(", ")));
    }

    /** Takes references from rows that are going to be deleted, in whatever order. */
    void unlink(List<Reference> references, List<String> keys) throws SQLException {
        for (Reference reference : references) {
            List<Column> columns = table.clearable(reference);
            for (List<String> list : columns.isEmpty() ? List.<List<String>>of() : InLists.of(keys)) {
                String set = columns.stream()
                        .map(column -> column.quoted() + " = null")
                        .collect(Collectors.joining(", "));
                session.run()
                        .update(
                                "update " + table.shape().quoted() + " set " + set + table.whereKeyIn(list.size()),
                                table.bind(list));
            }
        }
    }

    void delete(List<String> keys) throws SQLException {
        for (List<String> list : InLists.of(keys)) {
            session.run()
                    .update("delete from " + table.shape().quoted() + table.whereKeyIn(list.size()), table.bind(list));
        }
    }

    /** Sets one column of the row with this key. */
    void set(String key, Column column, @Nullable Object value) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(value);
        values.addAll(Arrays.asList(table.bind(List.of(key))));
        session.run()
                .update(
                        "update " + table.shape().quoted() + " set " + assignments(List.of(column), "") + " where "
                                + assignments(table.key(), " and "),
                        values.toArray());
    }

    /** The keys among these that have a row. */
    Set<String> present(List<String> keys) throws SQLException {
        Set<String> present = new HashSet<>();
        new KeyedRows(session, table).read(table.keyList(), keys, (key, row) -> present.add(key));
        return present;
    }

    /** The row's columns in the table's order. Computed columns are the database's own business. */
    private List<Column> writable(Row row) {
        row.columns().forEach(table.shape()::column);
        return table.shape().columns().values().stream()
                .filter(column -> row.has(column.name()) && !column.generated())
                .toList();
    }

    private void update(List<Column> columns, Collection<Row> rows) throws SQLException {
        List<Column> set = new ArrayList<>(columns);
        set.removeAll(table.key());
        set.removeIf(Column::always);
        if (set.isEmpty() || rows.isEmpty()) {
            return;
        }
        String sql = "update " + table.shape().quoted() + " set " + assignments(set, ", ") + " where "
                + assignments(table.key(), " and ");
        List<Column> bound = new ArrayList<>(set);
        bound.addAll(table.key());
        batch(sql, bound, rows);
    }

    private String assignments(List<Column> columns, String between) {
        return columns.stream()
                .map(column -> column.quoted() + " = " + session.dialect().marker(column))
                .collect(Collectors.joining(between));
    }

    private void insert(List<Column> columns, Collection<Row> rows, String tail) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        // The authority has numbered the row already, whatever numbers rows here.
        String overriding =
                columns.stream().anyMatch(Column::identity) ? session.dialect().numberedByHand() : "";
        String sql = "insert into " + table.shape().quoted() + " ("
                + columns.stream().map(Column::quoted).collect(Collectors.joining(", ")) + ")" + overriding
                + " values ("
                + columns.stream().map(session.dialect()::marker).collect(Collectors.joining(", ")) + ")" + tail;
        batch(sql, columns, rows);
    }

    private void batch(String sql, List<Column> columns, Collection<Row> rows) throws SQLException {
        try (PreparedStatement statement = session.run().prepare(sql)) {
            @Nullable Row last = null;
            int[] places = {};
            for (Row row : rows) {
                if (last == null || !row.isLike(last)) {
                    places = columns.stream()
                            .map(Column::name)
                            .mapToInt(row::placeOf)
                            .toArray();
                    last = row;
                }
                for (int at = 0; at < places.length; at++) {
                    Column column = columns.get(at);
                    bind(statement, at + 1, column, column.accept(row.at(places[at])));
                }
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** By the methods of single types where there are some: for {@code setObject}, drivers try one type after the other. */
    static void bind(PreparedStatement statement, int at, Column column, @Nullable Object value) throws SQLException {
        if (value instanceof String text) {
            if (column.kind() == Kind.OTHER || column.kind() == Kind.JSON) {
                // Untyped, so that the database reads the text as the column's own type.
                statement.setObject(at, text, Types.OTHER);
            } else {
                statement.setString(at, text);
            }
        } else if (value instanceof Long number) {
            statement.setLong(at, number);
        } else if (value instanceof Integer number) {
            statement.setInt(at, number);
        } else if (value instanceof BigDecimal number) {
            statement.setBigDecimal(at, number);
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(at, bytes);
        } else {
            statement.setObject(at, value);
        }
    }
}
