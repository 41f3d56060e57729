package io.dualwrite.jdbc;

import java.util.List;

/**
 * A declared table as one side's database has it. Immutable.
 *
 * @param table the declaration
 * @param schema its schema, as the database spells it; where databases are schemas, the database
 * @param name its name, as the database spells it
 * @param keyColumns the key's columns in the key's order, as the database spells them
 * @param tellsAdded whether the driver tells, as generated keys, any column of every row that a statement has added
 */
public record StoredTable(Table<?, ?> table, String schema, String name, List<String> keyColumns, boolean tellsAdded) {
    public StoredTable {
        keyColumns = List.copyOf(keyColumns);
    }

    static StoredTable of(SideTable table, Dialect dialect) {
        return new StoredTable(
                table.table(),
                table.shape().schema(),
                table.shape().table(),
                table.key().stream().map(Column::spelled).toList(),
                dialect.tellsAdded());
    }
}
