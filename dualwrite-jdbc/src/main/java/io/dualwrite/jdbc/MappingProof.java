package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Proves on real rows that there is a way back: what the authority has is mapped to the other side and back again, and must
 * come back as it was, in columns that are there.
 */
final class MappingProof {
    private static final int SAMPLE_ROWS = 100;

    private final Sides<Place> places;
    private final Tables tables;

    MappingProof(Sides<Place> places, Tables tables) {
        this.places = places;
        this.tables = tables;
    }

    /** Adds a reason per table whose mapping has no way back for some of the first rows. */
    void check(Session session, Side authority, List<String> reasons) throws SQLException {
        for (Table<?, ?> table : tables.inOrder()) {
            if (table.isMapped()) {
                check(session, authority, table, reasons);
            }
        }
    }

    private void check(Session session, Side authority, Table<?, ?> table, List<String> reasons) throws SQLException {
        SideTable here = tables.at(places.of(authority), session.connection(), table.name());
        SideTable there = tables.at(places.of(authority.other()), table.name());
        List<Row> rows = session.run()
                .list(
                        "select " + session.dialect().selection(here.shape()) + " from "
                                + here.shape().quoted() + " limit " + SAMPLE_ROWS,
                        result -> new PrintReader(session.dialect(), result).row());
        UnaryOperator<Row> away = table.from(authority);
        UnaryOperator<Row> back = table.from(authority.other());
        for (Row row : rows) {
            try {
                Row mapped = away.apply(row);
                Row returned = back.apply(mapped);
                Set<String> unknown = new TreeSet<>(mapped.columns());
                unknown.removeAll(there.shape().columns().keySet());
                Set<String> lost = new TreeSet<>(returned.columns());
                lost.removeIf(column -> row.has(column) && isEqual(row, returned, column));
                if (!unknown.isEmpty() || !lost.isEmpty()) {
                    reasons.add("The mapping of " + table + " has no way back from the " + authority.other()
                            + ": columns "
                            + (unknown.isEmpty() ? lost + " do not come back as they were" : unknown + " are not there")
                            + "; correct it");
                    return;
                }
            } catch (RuntimeException thrown) {
                reasons.add("The mapping of " + table + " throws "
                        + thrown.getClass().getSimpleName() + " on a real row of the " + authority + "; correct it");
                return;
            }
        }
    }

    private static boolean isEqual(Row row, Row returned, String column) {
        return Arrays.equals(
                Canonical.bytes(row.only(Set.of(column)), Forms.PLAIN),
                Canonical.bytes(returned.only(Set.of(column)), Forms.PLAIN));
    }
}
