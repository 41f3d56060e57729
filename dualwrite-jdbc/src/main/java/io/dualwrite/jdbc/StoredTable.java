package io.dualwrite.jdbc;

import java.util.List;

/**
 * A declared table as one side's database has it. Immutable.
 *
 * @param table the declaration
 * @param schema its schema, as the database spells it; where databases are schemas, the database
 * @param name its name, as the database spells it
 * @param keyColumns the key's columns in the key's order, as the database spells them
 */
public record StoredTable(Table<?, ?> table, String schema, String name, List<String> keyColumns) {
    public StoredTable {
        keyColumns = List.copyOf(keyColumns);
    }

    static StoredTable of(SideTable table) {
        return new StoredTable(
                table.table(),
                table.shape().schema(),
                table.shape().table(),
                table.key().stream().map(Column::spelled).toList());
    }
}
