package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Rows of one table that may reference itself, in an order in which they can be written: parents before children. */
final class Generations {
    private Generations() {}

    /** The references of a table to itself. */
    static List<Reference> within(Table<?, ?> table) {
        return table.references().stream()
                .filter(reference -> reference.parent().name().equals(table.name()))
                .toList();
    }

    /**
     * Rows whose parents are in an earlier group or not among them. Those that reference each other in a circle come last, once
     * without these references and once with them.
     *
     * @param rows in the table's shape
     */
    static List<Map<RecordId, Row>> of(SideTable table, Map<RecordId, Row> rows) {
        List<Reference> references = within(table.table());
        if (references.isEmpty() || rows.size() < 2) {
            return List.of(rows);
        }
        List<Map<RecordId, Row>> generations = new ArrayList<>();
        Map<RecordId, Row> left = new LinkedHashMap<>(rows);
        while (!left.isEmpty()) {
            Map<RecordId, Row> ready = new LinkedHashMap<>();
            left.forEach((id, row) -> {
                if (references.stream().noneMatch(reference -> waits(table, reference, id, row, left))) {
                    ready.put(id, row);
                }
            });
            if (ready.isEmpty()) {
                Map<RecordId, Row> alone = new LinkedHashMap<>();
                left.forEach((id, row) -> alone.put(id, table.cleared(references, row)));
                generations.add(alone);
                ready.putAll(left);
            }
            left.keySet().removeAll(ready.keySet());
            generations.add(ready);
        }
        return generations;
    }

    private static boolean waits(SideTable table, Reference reference, RecordId id, Row row, Map<RecordId, Row> left) {
        String parent = reference.parentKey(table.side(), row);
        return parent != null && !Objects.equals(parent, id.key()) && left.containsKey(new RecordId(id.type(), parent));
    }
}
