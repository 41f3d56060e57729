package io.dualwrite.jdbc;

import io.dualwrite.repair.Scan;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lists tables in key order, page by page, each page a short read-only transaction that begins after the last key of the
 * page before. Memory is flat on every engine, no snapshot is kept open for hours, and a page can be read again.
 */
final class TableScan implements Scan {
    /** Rows of a page of fingerprints. */
    private static final int PAGE_ROWS = 2_000;

    private static final int FETCH_ROWS = 500;

    private final Sides<Place> places;
    private final Tables tables;

    TableScan(Sides<Place> places, Tables tables) {
        this.places = places;
        this.tables = tables;
    }

    @Override
    public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) throws SQLException {
        return page(side, type, after, limit, (table, result) -> table.keyOf(new PrintReader(result).row()), true);
    }

    @Override
    public Prints fingerprints(Side side, String type) throws SQLException {
        OriginShape shape = OriginShape.of(tables, places, type);
        return new Pages(after -> page(
                side,
                type,
                after,
                PAGE_ROWS,
                (table, result) -> {
                    Row row = new PrintReader(result).row();
                    return new Print(table.keyOf(row), shape.digest(side, row));
                },
                false));
    }

    /** Turns a row of the table into what is listed. */
    private interface RowReader<T> {
        T read(SideTable table, ResultSet result) throws SQLException;
    }

    private <T> List<T> page(
            Side side, String type, @Nullable String after, int limit, RowReader<T> reader, boolean keysOnly)
            throws SQLException {
        Place place = places.of(side);
        List<T> page = new ArrayList<>();
        try (Session session = place.begin()) {
            SideTable table = tables.at(place, session.connection(), type);
            String sql = "select " + (keysOnly ? table.keyList() : "*") + " from "
                    + table.shape().quoted() + after(session.dialect(), table, after) + " order by "
                    + order(session.dialect(), table) + " limit " + limit;
            try (PreparedStatement statement = session.run().prepare(sql)) {
                statement.setFetchSize(FETCH_ROWS);
                if (after != null) {
                    @Nullable Object[] key = table.bind(List.of(after));
                    for (int at = 0; at < key.length; at++) {
                        statement.setObject(at + 1, key[at]);
                    }
                }
                try (ResultSet result = statement.executeQuery()) {
                    while (result.next()) {
                        page.add(reader.read(table, result));
                    }
                }
            }
            session.commit();
        } catch (SQLException | IllegalStateException failure) {
            tables.forget(place);
            throw failure;
        }
        return page;
    }

    private static String order(Dialect dialect, SideTable table) {
        return table.key().stream()
                .map(column -> column.isText() ? dialect.binaryOrder(column.quoted()) : column.quoted())
                .collect(Collectors.joining(", "));
    }

    private static String after(Dialect dialect, SideTable table, @Nullable String after) {
        if (after == null) {
            return "";
        }
        String key = order(dialect, table);
        String values = table.key().stream()
                .map(column -> column.isText() ? dialect.binaryValue() : "?")
                .collect(Collectors.joining(", "));
        return table.key().size() == 1 ? " where " + key + " > " + values : " where (" + key + ") > (" + values + ")";
    }

    /** Reads the page after a key, from the first when null. */
    private interface PageSource {
        List<Print> after(@Nullable String key) throws SQLException;
    }

    /** Page after page, as one stream. */
    private static final class Pages implements Prints {
        private final PageSource source;
        private final Deque<Print> page = new ArrayDeque<>();
        private @Nullable String last;
        private boolean ended;

        Pages(PageSource source) {
            this.source = source;
        }

        @Override
        public boolean hasNext() {
            if (page.isEmpty() && !ended) {
                try {
                    page.addAll(source.after(last));
                } catch (SQLException failure) {
                    throw new ScanException(failure);
                }
                Print end = page.peekLast();
                // Only an empty page is the end: rows may have been added behind a short one.
                ended = end == null;
                last = end == null ? last : end.key();
            }
            return !page.isEmpty();
        }

        @Override
        public Print next() {
            if (!hasNext()) {
                throw new NoSuchElementException("No more records");
            }
            return page.remove();
        }

        @Override
        public void close() {
            page.clear();
            ended = true;
        }
    }

    /** A page could not be read; the cause is the database's own exception. */
    static final class ScanException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ScanException(SQLException cause) {
            super("A page of records could not be read", cause);
        }
    }
}
