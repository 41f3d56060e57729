package io.dualwrite.jdbc;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Stage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a control row lies in its table. */
final class ControlTable {
    /** The condition that selects one side's stripes; its parameters are the migration and the side. */
    static final String MINE = " where migration = ? and side = ?";

    private ControlTable() {}

    /** The row as one stripe has it, with {@code lock} (a locking clause or nothing) applied; null when there is none. */
    static @Nullable ControlRow row(Statements statements, Place place, int stripe, String lock) throws SQLException {
        return statements.first(
                select(statements.dialect(), "") + " and stripe = ?" + lock,
                ControlTable::read,
                place.migration(),
                place.side().name(),
                stripe);
    }

    /** Selects what {@link #read} reads, and {@code more} columns after it. */
    static String select(Dialect dialect, String more) {
        return "select role, stage, handover, version, journalled, generation, "
                + dialect.micros(dialect.now(), "deadline") + " as remaining" + more + " from " + LibraryTables.CONTROL
                + MINE;
    }

    static ControlRow read(ResultSet row) throws SQLException {
        long micros = row.getLong(7);
        Duration remaining = row.wasNull() ? null : Duration.ofNanos(Math.multiplyExact(micros, 1000L));
        return new ControlRow(
                Role.valueOf(row.getString(1)),
                Stage.valueOf(row.getString(2)),
                row.getLong(3),
                row.getLong(4),
                row.getBoolean(5),
                row.getInt(6),
                remaining);
    }
}
