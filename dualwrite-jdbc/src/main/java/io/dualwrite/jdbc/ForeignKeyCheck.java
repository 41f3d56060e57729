package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be true of the foreign keys that a database has between migrated tables. A cascade changes records that nobody
 * named; a reference that was not declared makes transfers come in the wrong order; one to a table outside of the migration
 * asks for records that nobody brings over.
 */
final class ForeignKeyCheck {
    private final Tables tables;
    private final Side side;
    private final Map<String, Table<?, ?>> byIdentifier = new LinkedHashMap<>();

    ForeignKeyCheck(Tables tables, Side side) {
        this.tables = tables;
        this.side = side;
    }

    void check(Connection connection, List<String> reasons) throws SQLException {
        Map<Table<?, ?>, TableShape> shapes = new LinkedHashMap<>();
        for (Table<?, ?> table : tables.inOrder()) {
            TableShape shape = TableShape.find(connection, table.tables().of(side));
            if (shape != null) {
                shapes.put(table, shape);
                byIdentifier.put(shape.quoted(), table);
            }
        }
        for (Map.Entry<Table<?, ?>, TableShape> each : shapes.entrySet()) {
            imported(connection, each.getKey(), each.getValue(), reasons);
        }
    }

    private void imported(Connection connection, Table<?, ?> table, TableShape shape, List<String> reasons)
            throws SQLException {
        Map<String, Set<String>> columnsByKey = new LinkedHashMap<>();
        Map<String, String> parentByKey = new HashMap<>();
        DatabaseMetaData meta = connection.getMetaData();
        String mark = meta.getIdentifierQuoteString();
        Namespace in = Namespace.of(connection, shape.schema());
        try (ResultSet rows = meta.getImportedKeys(in.catalog(), in.schema(), shape.table())) {
            while (rows.next()) {
                String name = String.valueOf(rows.getString("FK_NAME"));
                columnsByKey
                        .computeIfAbsent(name, any -> new HashSet<>())
                        .add(rows.getString("FKCOLUMN_NAME").toLowerCase(Locale.ROOT));
                String parent = SqlName.quote(Namespace.of(rows, "PKTABLE").name(), mark) + "."
                        + SqlName.quote(rows.getString("PKTABLE_NAME"), mark);
                if (parentByKey.put(name, parent) == null
                        && (cascades(rows.getInt("DELETE_RULE")) || cascades(rows.getInt("UPDATE_RULE")))) {
                    reasons.add("The foreign key " + name + " of " + shape.declared() + " on the " + side
                            + " cascades or nulls, which changes records that no write names; make it NO ACTION");
                }
            }
        }
        columnsByKey.forEach((name, columns) -> {
            Table<?, ?> parent = byIdentifier.get(parentByKey.get(name));
            Reference declared = parent == null ? null : declared(table, parent, columns);
            if (parent == null) {
                reasons.add("The foreign key " + name + " of " + shape.declared() + " on the " + side + " goes to "
                        + parentByKey.get(name) + ", which is not in this migration; add that table or drop the key");
            } else if (declared == null) {
                reasons.add("The foreign key " + name + " of " + shape.declared() + " on the " + side + " to " + parent
                        + " is not declared; add references(…) with its columns");
            } else if (declared.later()
                    && SideTable.of(table, side, shape).clearable(declared).isEmpty()) {
                reasons.add("The foreign key " + name + " of " + shape.declared() + " on the " + side + " to " + parent
                        + " is declared by referencesLater(…), but its columns cannot be null; let them be null, or"
                        + " declare another one of the circle so");
            }
        });
    }

    private @Nullable Reference declared(Table<?, ?> table, Table<?, ?> parent, Set<String> columns) {
        for (Reference reference : table.references()) {
            Set<String> own = new HashSet<>();
            reference.on(side).forEach(column -> own.add(column.toLowerCase(Locale.ROOT)));
            if (reference.parent().name().equals(parent.name()) && own.equals(columns)) {
                return reference;
            }
        }
        return null;
    }

    private static boolean cascades(int rule) {
        return rule == DatabaseMetaData.importedKeyCascade
                || rule == DatabaseMetaData.importedKeySetNull
                || rule == DatabaseMetaData.importedKeySetDefault;
    }
}
