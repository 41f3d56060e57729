package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.Set;

/** A batch cannot be written without further records; nothing was written. Begin again with the union. */
final class FurtherRecordsException extends SQLException {
    private static final long serialVersionUID = 1;

    private final transient Set<RecordId> records;

    FurtherRecordsException(Set<RecordId> records) {
        super("The batch needs " + records.size() + " further records that hold unique values it moves", "23505");
        this.records = Set.copyOf(records);
    }

    Set<RecordId> records() {
        return records;
    }
}
