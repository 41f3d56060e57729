package io.dualwrite.jdbc;

import io.dualwrite.repair.SummingScan;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Lists tables in key order.
 *
 * <p>Fingerprints come page by page, each page a short transaction that begins after the last key of the page before: memory
 * is flat on every engine, and no snapshot is kept open for hours. Only where the key is text they come in one stream: the
 * order of its bytes is as a rule none that an index has, and every page would sort the table anew. The same goes for {@link
 * #keysAfter}, so a large PostgreSQL table with a text key wants an index on {@code (key collate "C")}.
 */
final class TableScan implements SummingScan {
    /** Rows of a page of fingerprints. Short enough for a transaction, long enough for what it costs to begin one. */
    private static final int PAGE_ROWS = 20_000;
    /** Rows that are read without a thread of their own. */
    private static final int WITHOUT_THREAD = 5_000;

    private final Sides<Place> places;
    private final Tables tables;
    private final TableSums sums;

    TableScan(Sides<Place> places, Tables tables) {
        this.places = places;
        this.tables = tables;
        this.sums = new TableSums(places, tables);
    }

    @Override
    public List<String> obstacles(String type) throws SQLException {
        return sums.obstacles(type);
    }

    @Override
    public Sum sum(Side side, String type, @Nullable String after, @Nullable String last) throws SQLException {
        return sums.sum(side, type, after, last);
    }

    @Override
    public @Nullable String keyAt(Side side, String type, @Nullable String after, long number) throws SQLException {
        return sums.keyAt(side, type, after, number);
    }

    @Override
    public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) throws SQLException {
        Place place = places.of(side);
        List<String> keys = new ArrayList<>();
        try (Session session = place.beginLong()) {
            place.servers().require(session);
            SideTable table = tables.at(place, session.connection(), type);
            KeyOrder order = new KeyOrder(session.dialect(), table);
            List<String> operators = after == null ? List.of() : List.of(">");
            String sql = order.select(table.keyList(), operators) + " limit " + limit;
            try (PreparedStatement statement = session.run().prepare(sql)) {
                order.bind(statement, after == null ? List.of() : List.of(after));
                try (ResultSet result = statement.executeQuery()) {
                    while (result.next()) {
                        keys.add(table.keyOf(new PrintReader(session.dialect(), result).row()));
                    }
                }
            }
            // A backfill passes over what is not there, and a deletion that is lost brings it back.
            place.harden(session);
            session.commit();
        } catch (SQLException | IllegalStateException failure) {
            tables.forget(place);
            throw failure;
        }
        return keys;
    }

    @Override
    public OptionalLong estimate(Side side, String type) throws SQLException {
        Place place = places.of(side);
        TableShape shape = tables.at(place, type).shape();
        return place.commit(session -> {
            Long rows = session.run()
                    .first(session.dialect().estimatedRows(), TableScan::rowsOf, shape.schema(), shape.table());
            return rows == null || rows < 0 ? OptionalLong.empty() : OptionalLong.of(rows);
        });
    }

    /** What cannot be known is less than none. */
    private static long rowsOf(ResultSet row) throws SQLException {
        long rows = row.getLong(1);
        return row.wasNull() ? -1 : rows;
    }

    @Override
    public Prints fingerprints(Side side, RecordRange range) throws SQLException {
        Place place = places.of(side);
        SideTable table = tables.at(place, range.type());
        OriginShape shape = OriginShape.of(tables, places, range.type());
        TablePrints.Source source = new TablePrints.Source(place, table, shape, range);
        boolean inOneStream = table.key().stream().anyMatch(Column::isText);
        return new PrintsAhead(
                new TablePrints(source, inOneStream ? Integer.MAX_VALUE : PAGE_ROWS, () -> tables.forget(place)),
                WITHOUT_THREAD,
                "dualwrite-" + place.migration() + "-reading-" + side.name().toLowerCase(Locale.ROOT));
    }

    /** A page of records could not be read; the cause is the database's own exception. */
    static final class ScanException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ScanException(SQLException cause) {
            super("A page of records could not be read", cause);
        }
    }
}
