package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes a batch of records of several types apart by table. */
final class Batches {
    private Batches() {}

    static List<String> keysOf(Collection<RecordId> batch, Table<?, ?> table) {
        return batch.stream()
                .filter(id -> id.type().equals(table.name()))
                .map(RecordId::key)
                .toList();
    }

    /** The keys of the table's records that have no row. */
    static List<String> goneOf(Collection<RecordId> batch, Table<?, ?> table, Map<RecordId, Row> rows) {
        return keysOf(batch, table).stream()
                .filter(key -> !rows.containsKey(new RecordId(table.name(), key)))
                .toList();
    }

    static Map<RecordId, Row> rowsOf(Map<RecordId, Row> rows, Table<?, ?> table) {
        Map<RecordId, Row> mine = new LinkedHashMap<>();
        rows.forEach((id, row) -> {
            if (id.type().equals(table.name())) {
                mine.put(id, row);
            }
        });
        return mine;
    }
}
