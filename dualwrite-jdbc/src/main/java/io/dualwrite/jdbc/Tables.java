package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The tables of one migration, parents before children, with what is known of them on each side. Thread-safe. */
final class Tables {
    private final Map<String, Table<?, ?>> byName = new LinkedHashMap<>();
    private final ConcurrentMap<Place, ConcurrentMap<String, SideTable>> known = new ConcurrentHashMap<>();

    /**
     * Of declarations with different names.
     *
     * @throws IllegalArgumentException when references go round in a circle of several tables, or to a table that is not among
     *     these
     */
    Tables(List<Table<?, ?>> tables) {
        Map<String, Table<?, ?>> all = new LinkedHashMap<>();
        tables.forEach(table -> all.put(table.name(), table));
        Set<String> path = new LinkedHashSet<>();
        tables.forEach(table -> add(table, all, path));
    }

    private void add(Table<?, ?> table, Map<String, Table<?, ?>> all, Set<String> path) {
        if (byName.containsKey(table.name())) {
            return;
        }
        if (!path.add(table.name())) {
            throw new IllegalArgumentException("References go round in a circle: " + path
                    + "; declare one whose columns may be null by referencesLater(…)");
        }
        for (Reference reference : table.references()) {
            Table<?, ?> parent = all.get(reference.parent().name());
            if (parent == null) {
                throw new IllegalArgumentException("The table " + table + " references " + reference.parent()
                        + ", which is not in this migration; add it to records(…)");
            }
            if (parent != table && !reference.later()) {
                add(parent, all, path);
            }
        }
        path.remove(table.name());
        byName.put(table.name(), table);
    }

    /** Parents before children. */
    List<Table<?, ?>> inOrder() {
        return List.copyOf(byName.values());
    }

    /** Children before parents. */
    List<Table<?, ?>> inReverse() {
        List<Table<?, ?>> reversed = new ArrayList<>(byName.values());
        Collections.reverse(reversed);
        return reversed;
    }

    Table<?, ?> get(String type) {
        Table<?, ?> table = byName.get(type);
        if (table == null) {
            throw new IllegalArgumentException(
                    "No record type '" + type + "' in this migration, only " + byName.keySet());
        }
        return table;
    }

    /** A reference to {@code parent} and the table that has it. */
    record Child(Table<?, ?> table, Reference reference) {}

    /** Every declared reference to the given table. */
    List<Child> childrenOf(String parent) {
        List<Child> children = new ArrayList<>();
        for (Table<?, ?> table : byName.values()) {
            for (Reference reference : table.references()) {
                if (reference.parent().name().equals(parent)) {
                    children.add(new Child(table, reference));
                }
            }
        }
        return children;
    }

    /**
     * A table as it is at a place; looked up once and remembered.
     *
     * @throws IllegalStateException when it is not there or has no usable key, saying what to do
     */
    SideTable at(Place place, Connection connection, String type) throws SQLException {
        ConcurrentMap<String, SideTable> here = known.computeIfAbsent(place, any -> new ConcurrentHashMap<>());
        SideTable table = here.get(type);
        if (table == null) {
            table = SideTable.of(get(type), place.side(), shape(connection, get(type), place.side()));
            here.put(type, table);
        }
        return table;
    }

    /** As {@link #at(Place, Connection, String)}, on a connection of its own where one is needed. */
    SideTable at(Place place, String type) throws SQLException {
        ConcurrentMap<String, SideTable> here = known.get(place);
        SideTable table = here == null ? null : here.get(type);
        if (table != null) {
            return table;
        }
        try (Session session = place.begin()) {
            return at(place, session.connection(), type);
        }
    }

    private static TableShape shape(Connection connection, Table<?, ?> table, Side side) throws SQLException {
        TableShape shape = TableShape.find(connection, table.tables().of(side));
        if (shape == null) {
            throw new IllegalStateException(
                    "There is no table " + table.tables().of(side) + " on the " + side + "; create it");
        }
        return shape;
    }

    /** Forgets what was looked up at a place, since something failed there and the tables may have been altered. */
    void forget(Place place) {
        known.remove(place);
    }
}
