package io.dualwrite.jdbc;

import io.dualwrite.repair.Scan.Print;
import io.dualwrite.repair.Scan.Prints;
import io.dualwrite.stage.RecordRange;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The fingerprints of a range of one table on one side, in key order. Reads with a cursor, in transactions of at most so many rows; the
 * next one begins after the last key of the one before. Belongs to one thread at a time.
 */
final class TablePrints implements Prints {
    private static final int FETCH_ROWS = 500;

    private final Source source;
    private final int rowsPerCursor;
    private final Runnable altered;
    private @Nullable Cursor cursor;
    private @Nullable Print next;
    private @Nullable String last;
    private boolean ended;

    /**
     * Where they come from.
     *
     * @param shape the shape in which both sides are compared
     * @param range which of the table's records
     */
    record Source(Place place, SideTable table, OriginShape shape, RecordRange range) {}

    /** {@code altered} is run when something fails, since the tables may have been altered. */
    TablePrints(Source source, int rowsPerCursor, Runnable altered) {
        this.source = source;
        this.rowsPerCursor = rowsPerCursor;
        this.altered = altered;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            try {
                next = advance();
            } catch (SQLException failure) {
                altered.run();
                close();
                throw new TableScan.ScanException(failure);
            } catch (IllegalStateException failure) {
                altered.run();
                throw failure;
            }
        }
        return next != null;
    }

    @Override
    public Print next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("No more records");
        }
        Print print = next;
        next = null;
        last = print.key();
        return print;
    }

    private @Nullable Print advance() throws SQLException {
        while (true) {
            Cursor open = cursor;
            if (open == null) {
                open = new Cursor(source, last, rowsPerCursor);
                cursor = open;
            }
            Print print = open.advance();
            if (print != null) {
                return print;
            }
            open.close();
            cursor = null;
            // Only a cursor without any row is the end: a short one may have had rows added behind it.
            if (open.rows == 0) {
                ended = true;
                return null;
            }
        }
    }

    @Override
    public void close() {
        ended = true;
        Cursor open = cursor;
        cursor = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException failure) {
                throw new TableScan.ScanException(failure);
            }
        }
    }

    /** One transaction's worth. */
    private static final class Cursor {
        private final Session session;
        private final PreparedStatement statement;
        private final ResultSet result;
        private final RowPrints prints;
        private int rows;

        Cursor(Source source, @Nullable String after, int most) throws SQLException {
            this.session = source.place().beginLong();
            try {
                source.place().servers().require(session);
                KeyOrder order = new KeyOrder(session.dialect(), source.table());
                List<String> operators = new ArrayList<>();
                List<String> keys = new ArrayList<>();
                String first = after == null ? source.range().first() : after;
                if (first != null) {
                    operators.add(after == null ? ">=" : ">");
                    keys.add(first);
                }
                String end = source.range().last();
                if (end != null) {
                    operators.add("<=");
                    keys.add(end);
                }
                String columns = session.dialect().selection(source.table().shape());
                statement = session.run().prepare(order.select(columns, operators) + " limit " + most);
                statement.setFetchSize(FETCH_ROWS);
                order.bind(statement, keys);
                result = statement.executeQuery();
                prints = new RowPrints(source, session.dialect(), result);
            } catch (SQLException | RuntimeException failure) {
                session.close();
                throw failure;
            }
        }

        @Nullable Print advance() throws SQLException {
            if (!result.next()) {
                return null;
            }
            rows++;
            return prints.print();
        }

        void close() throws SQLException {
            try (session;
                    statement) {
                result.close();
                session.commit();
            }
        }
    }
}
