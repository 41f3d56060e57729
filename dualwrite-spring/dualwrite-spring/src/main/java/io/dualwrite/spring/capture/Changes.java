package io.dualwrite.spring.capture;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.stage.RecordId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The records that a connection's transaction has changed until now, or more. Belongs to one connection. */
final class Changes {
    /** A transaction that changes more names whole tables instead. */
    private static final int MOST = 50_000;

    private final Set<RecordId> records = new LinkedHashSet<>();
    private final Map<String, Table<?, ?>> whole = new LinkedHashMap<>();

    void add(CapturedTable table, RecordId record) {
        if (records.size() >= MOST) {
            records.removeIf(each -> each.type().equals(record.type()));
            whole(table);
        } else if (!whole.containsKey(record.type())) {
            records.add(record);
        }
    }

    /** Any record of the table may have been changed. */
    void whole(CapturedTable table) {
        whole.put(table.toString(), table.stored().table());
        records.removeIf(each -> each.type().equals(table.toString()));
    }

    boolean isEmpty() {
        return records.isEmpty() && whole.isEmpty();
    }

    void clear() {
        records.clear();
        whole.clear();
    }

    /** The single records. */
    Collection<RecordId> records() {
        return List.copyOf(records);
    }

    /** Names them in the calling thread's transaction. */
    void nameTo(JdbcMigration migration) {
        migration.changedRecords(records);
        whole.values().forEach(migration::changedAll);
    }
}
