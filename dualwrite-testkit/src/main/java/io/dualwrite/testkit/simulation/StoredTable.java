package io.dualwrite.testkit.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A table: its columns, its unique keys, the first of which is the primary key, and every version of its rows. */
final class StoredTable {
    /** A column; {@code preset} is the value of rows that are inserted without one. */
    record Column(
            String name,
            ColumnType type,
            boolean required,
            boolean identity,
            @Nullable SqlExpression preset) {}

    final String name;
    final List<Column> columns;
    final List<int[]> unique;
    final List<List<String>> uniqueNames;
    final Map<String, Integer> positions = new HashMap<>();
    final List<StoredRow> rows = new ArrayList<>();
    private long lastIdentity;

    StoredTable(SqlStatement.CreateTable definition) {
        this.name = definition.name();
        this.columns = definition.columns();
        columns.forEach(column -> positions.put(column.name(), positions.size()));
        this.uniqueNames = definition.unique();
        this.unique = uniqueNames.stream()
                .map(names -> names.stream().mapToInt(positions::get).toArray())
                .toList();
    }

    /** Numbers are given out once, whether their row stays or not. */
    long nextIdentity() {
        return ++lastIdentity;
    }

    /** After a crash a sequence goes on beyond what it had logged ahead. */
    void skipIdentities(int count) {
        lastIdentity += count;
    }

    /** Forgets what no snapshot from {@code horizon} on can see. */
    void prune(long horizon) {
        rows.removeIf(row -> row.prune(horizon));
    }
}
