package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Records of both sides in the one shape in which they are compared: the origin's, and of that the columns that the way to
 * the target and back keeps. Belongs to one table.
 */
final class OriginShape {
    private final Table<?, ?> table;
    private final Forms forms;

    private OriginShape(Table<?, ?> table, Forms forms) {
        this.table = table;
        this.forms = forms;
    }

    /** The shape of the given table, whose columns are looked up where they are not known yet. */
    static OriginShape of(Tables tables, Sides<Place> places, String type) throws SQLException {
        Set<String> padded = new HashSet<>();
        Set<String> json = new HashSet<>();
        Set<String> uuids = new HashSet<>();
        for (Side side : Side.values()) {
            for (Column column :
                    tables.at(places.of(side), type).shape().columns().values()) {
                if (column.kind() == Kind.CHAR) {
                    padded.add(column.name());
                } else if (column.kind() == Kind.JSON) {
                    json.add(column.name());
                } else if (column.kind() == Kind.UUID) {
                    uuids.add(column.name());
                }
            }
        }
        Map<String, Integer> digits = TimeDigits.of(
                tables.get(type),
                tables.at(places.origin(), type).shape(),
                tables.at(places.target(), type).shape());
        return new OriginShape(tables.get(type), new Forms(padded, json, uuids, digits));
    }

    /** Whether rows of both sides have this shape as they are, without any mapping. */
    boolean isPlain() {
        return !table.isMapped();
    }

    /** What there is to know of a column. */
    CanonicalColumn column(String name) {
        return CanonicalColumn.of(name, forms);
    }

    /**
     * The print of a row. One that the mapping or the encoding fails on has a print that no row of the other side has, so that
     * it is looked at and reported.
     */
    String print(Side side, Row row) {
        try {
            return Canonical.print(inOriginShape(side, row), forms);
        } catch (RuntimeException unmappable) {
            return unlikeAny(side);
        }
    }

    /** A print that no row of the other side has. */
    static String unlikeAny(Side side) {
        return (side == Side.ORIGIN ? "0" : "f").repeat(32);
    }

    private Row inOriginShape(Side side, Row row) {
        if (side == Side.TARGET) {
            return table.toOld().apply(row);
        }
        return table.isMapped()
                ? row.only(table.toOld().apply(table.toNew().apply(row)).columns())
                : row;
    }

    /** The names of the columns in which two rows differ, in order; empty when they mean the same. */
    Set<String> differences(Row origin, Row target) {
        Row there = table.toOld().apply(target);
        Row here = origin.only(there.columns());
        Set<String> different = new TreeSet<>(there.columns());
        different.removeIf(column -> isEqual(column, here, there));
        return different;
    }

    private boolean isEqual(String column, Row here, Row there) {
        if (!here.has(column)) {
            return false;
        }
        return Arrays.equals(single(column, here), single(column, there));
    }

    private byte[] single(String column, Row row) {
        @Nullable Object value = row.get(column);
        return Canonical.bytes(Row.of(Collections.singletonMap(column, value)), forms);
    }
}
