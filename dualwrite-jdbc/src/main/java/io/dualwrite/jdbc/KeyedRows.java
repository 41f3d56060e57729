package io.dualwrite.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows with given keys. They are asked for in lists; or all at once, as a span, where the keys are whole numbers
 * close enough to each other, as those of a backfill's chunk mostly are. Belongs to one thread, as its session does.
 */
final class KeyedRows {
    /** A span may have so many times as many keys as are wanted. */
    private static final int WIDEST = 2;

    private final Session session;
    private final SideTable table;

    KeyedRows(Session session, SideTable table) {
        this.session = session;
        this.table = table;
    }

    /** Where rows go that are found. */
    @FunctionalInterface
    interface Found {
        void accept(String key, Row row) throws SQLException;
    }

    /**
     * Reads these columns, the key's among them, of all rows with one of these keys.
     *
     * @throws IllegalStateException when a row was found under a key that is spelled otherwise
     */
    void read(String columns, Collection<String> keys, Found found) throws SQLException {
        Set<String> wanted = new HashSet<>(keys);
        String select = "select " + columns + " from " + table.shape().quoted();
        List<String> span = span(keys);
        if (!span.isEmpty()) {
            String key = table.key().get(0).quoted();
            read(select + " where " + key + " between ? and ?", span, row -> {
                String there = table.keyOf(row);
                if (wanted.contains(there)) {
                    found.accept(there, row);
                }
            });
            return;
        }
        for (List<String> list : InLists.of(keys)) {
            read(
                    select + table.whereKeyIn(list.size()),
                    list,
                    row -> found.accept(table.idOfOneOf(wanted, row).key(), row));
        }
    }

    private interface Each {
        void row(Row row) throws SQLException;
    }

    private void read(String sql, List<String> keys, Each each) throws SQLException {
        try (PreparedStatement statement = session.run().prepare(sql)) {
            @Nullable Object[] values = table.bind(keys);
            for (int at = 0; at < values.length; at++) {
                statement.setObject(at + 1, values[at]);
            }
            try (ResultSet result = statement.executeQuery()) {
                RowReader reader = new RowReader(session.dialect(), result.getMetaData());
                while (result.next()) {
                    each.row(reader.read(result));
                }
            }
        }
    }

    /** The lowest key and the highest, if these are keys to be read as a span; else nothing. */
    private List<String> span(Collection<String> keys) {
        if (keys.size() <= InLists.MOST
                || table.key().size() != 1
                || !table.key().get(0).isWholeNumber()) {
            return List.of();
        }
        LongSummaryStatistics numbers = keys.stream().mapToLong(Long::parseLong).summaryStatistics();
        long width = numbers.getMax() - numbers.getMin();
        // Less than nothing when it is more than a number can say.
        return width < 0 || width >= (long) WIDEST * keys.size()
                ? List.of()
                : List.of(Long.toString(numbers.getMin()), Long.toString(numbers.getMax()));
    }
}
