package io.dualwrite.jdbc;

import io.dualwrite.event.Fault;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log, once, which large tables are sorted for every page of their keys since no index has the order in which
 * they are listed. No reason against anything: it is slow, and works. Thread-safe; blocks on both sides.
 */
final class IndexAdvice {
    private static final Logger LOG = LoggerFactory.getLogger(IndexAdvice.class);
    /** Rows, by the engine's own estimate; smaller tables are sorted in a moment. */
    private static final long LARGE = 100_000;

    private final Sides<Place> places;
    private final Tables tables;
    private final TableScan scan;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    IndexAdvice(Sides<Place> places, Tables tables) {
        this.places = places;
        this.tables = tables;
        this.scan = new TableScan(places, tables);
    }

    void give() {
        try {
            for (Table<?, ?> table : tables.inOrder()) {
                give(table);
            }
        } catch (SQLException | IllegalStateException unseen) {
            LOG.debug("No advice about indexes ({}): it can be done without", Fault.of(unseen));
        }
    }

    private void give(Table<?, ?> table) throws SQLException {
        if (!isLarge(table)) {
            return;
        }
        for (Side side : Side.values()) {
            SideTable there = tables.at(places.of(side), table.name());
            String index = places.of(side).commit(session -> session.dialect().missingIndex(session.run(), there));
            if (index != null && told.add(side + " " + index)) {
                LOG.warn(
                        "The table {} on {} has no index in the order of its keys' bytes, and is sorted for every page of"
                                + " keys that a backfill or a verification lists; before they begin: {}",
                        there.shape().declared(),
                        places.of(side),
                        index);
            }
        }
    }

    /** On either side: the copy becomes as large. */
    private boolean isLarge(Table<?, ?> table) throws SQLException {
        return scan.estimate(Side.ORIGIN, table.name()).orElse(0) >= LARGE
                || scan.estimate(Side.TARGET, table.name()).orElse(0) >= LARGE;
    }
}
