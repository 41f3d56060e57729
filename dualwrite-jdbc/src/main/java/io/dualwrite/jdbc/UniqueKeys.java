package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes way for unique values that move from one record to another. Records are written one after the other, so a value may
 * be wanted while its old holder still has it: the holder is then parked on a value of its own until it is written itself.
 * A holder outside of the batch has to come into it, since its own change is not known yet.
 */
final class UniqueKeys {
    private static final int LONGEST_PLACEHOLDER = 14;

    private final Session session;
    private final SideTable table;
    private final RowWriter writer;

    UniqueKeys(Session session, SideTable table, RowWriter writer) {
        this.session = session;
        this.table = table;
        this.writer = writer;
    }

    /**
     * Parks those that hold what {@code rows} want.
     *
     * @return holders that are not in the batch; when there are any, nothing may be written
     */
    Set<RecordId> makeWay(Set<RecordId> batch, Map<RecordId, Row> rows) throws SQLException {
        Set<RecordId> outside = new LinkedHashSet<>();
        for (List<String> names : table.shape().unique()) {
            List<Column> columns = names.stream().map(table.shape()::column).toList();
            Set<RecordId> holders = holders(columns, rows);
            holders.stream().filter(holder -> !batch.contains(holder)).forEach(outside::add);
            if (outside.isEmpty() && !holders.isEmpty()) {
                park(columns, holders, rows.keySet());
            }
        }
        return outside;
    }

    /** The records that have wanted values now and will not keep them. */
    private Set<RecordId> holders(List<Column> columns, Map<RecordId, Row> rows) throws SQLException {
        List<List<@Nullable Object>> wanted = new ArrayList<>();
        for (Row row : rows.values()) {
            List<@Nullable Object> values = new ArrayList<>();
            for (Column column : columns) {
                values.add(row.has(column.name()) ? column.accept(row.get(column.name())) : null);
            }
            // Nulls are never in each other's way.
            if (!values.contains(null)) {
                wanted.add(values);
            }
        }
        Set<RecordId> holders = new LinkedHashSet<>();
        for (List<List<@Nullable Object>> list : InLists.of(wanted)) {
            for (Row held : having(columns, list)) {
                RecordId holder = table.idOf(held);
                if (!keeps(columns, held, rows.get(holder))) {
                    holders.add(holder);
                }
            }
        }
        return holders;
    }

    /** The rows that have one of these lists of values in these columns, bound as they are when they are written. */
    private List<Row> having(List<Column> columns, List<List<@Nullable Object>> lists) throws SQLException {
        String sql = "select " + session.dialect().selection(table.shape()) + " from "
                + table.shape().quoted() + SideTable.whereIn(columns, lists.size());
        List<Row> found = new ArrayList<>();
        try (PreparedStatement statement = session.run().prepare(sql)) {
            int bound = 0;
            for (List<@Nullable Object> values : lists) {
                for (int at = 0; at < columns.size(); at++) {
                    RowWriter.bind(statement, ++bound, columns.get(at), values.get(at));
                }
            }
            try (ResultSet result = statement.executeQuery()) {
                RowReader reader = new RowReader(session.dialect(), result.getMetaData());
                while (result.next()) {
                    found.add(reader.read(result));
                }
            }
        }
        return found;
    }

    private static boolean keeps(List<Column> columns, Row held, @Nullable Row next) {
        return next != null
                && next.columns().containsAll(columns.stream().map(Column::name).toList())
                && Arrays.equals(accepted(columns, held), accepted(columns, next));
    }

    /** As the columns take it: what they cut off is not held. */
    private static byte[] accepted(List<Column> columns, Row row) {
        Map<String, @Nullable Object> values = new HashMap<>();
        columns.forEach(column -> values.put(column.name(), column.accept(row.get(column.name()))));
        return Canonical.bytes(Row.of(values), Forms.PLAIN);
    }

    /** Where nothing can be parked, a holder that is to be removed anyway is removed first. */
    private void park(List<Column> columns, Set<RecordId> holders, Set<RecordId> staying) throws SQLException {
        Column column = parkable(columns);
        if (column != null) {
            for (RecordId holder : holders) {
                writer.set(holder.key(), column, column.nullable() ? null : placeholder(column));
            }
        } else if (holders.stream().noneMatch(staying::contains)) {
            writer.delete(holders.stream().map(RecordId::key).toList());
        } else {
            throw new SQLException(
                    "Unique values of " + table.table() + " on the " + table.side()
                            + " change places, and none of the columns can hold something else meanwhile; make one of "
                            + columns.stream().map(Column::name).toList() + " nullable there",
                    "23505");
        }
    }

    /** A column of the index that may hold something else for a moment: best null, otherwise what is no reference. */
    private @Nullable Column parkable(List<Column> columns) {
        List<Column> free = new ArrayList<>(columns);
        free.removeAll(table.key());
        free.removeIf(Column::generated);
        for (Column column : free) {
            if (column.nullable()) {
                return column;
            }
        }
        table.table().references().stream()
                .flatMap(reference -> reference.on(table.side()).stream())
                .map(table.shape()::column)
                .forEach(free::remove);
        for (Column column : free) {
            if (placeholder(column) != null) {
                return column;
            }
        }
        return null;
    }

    private static @Nullable Object placeholder(Column column) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return switch (column.kind()) {
            case TEXT, CHAR -> {
                String text = "~" + Long.toString(random.nextLong(1L << 62), 36);
                yield text.substring(0, Math.min(text.length(), Math.min(column.size(), LONGEST_PLACEHOLDER)));
            }
            case UUID -> UUID.randomUUID();
            case INTEGER -> -1 - random.nextInt(30_000);
            case LONG -> -1 - random.nextLong(1L << 62);
            default -> null;
        };
    }
}
