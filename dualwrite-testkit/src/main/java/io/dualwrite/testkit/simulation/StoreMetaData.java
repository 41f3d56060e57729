package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.StoreSession.Answer;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a simulated store says of itself and its tables. */
final class StoreMetaData {
    private final StoreConnection connection;
    private final StoreEngine engine;

    private StoreMetaData(StoreConnection connection, StoreEngine engine) {
        this.connection = connection;
        this.engine = engine;
    }

    static DatabaseMetaData of(StoreConnection connection, StoreEngine engine) {
        StoreMetaData meta = new StoreMetaData(connection, engine);
        return (DatabaseMetaData) Proxy.newProxyInstance(
                StoreMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (proxy, method, args) -> meta.invoke(method.getName(), args == null ? new Object[0] : args));
    }

    private Object invoke(String method, @Nullable Object[] args) throws SQLException {
        return switch (method) {
            case "getDatabaseProductName" -> "PostgreSQL";
            case "getURL" -> "jdbc:simulated";
            case "storesUpperCaseIdentifiers" -> false;
            case "storesLowerCaseIdentifiers" -> true;
            case "getSearchStringEscape" -> "\\";
            case "getIdentifierQuoteString" -> "\"";
            case "supportsSchemasInDataManipulation" -> true;
            case "getConnection" -> connection.handle();
            case "getTables" -> tables(name(args[2]));
            case "getColumns" -> columns(name(args[2]));
            case "getPrimaryKeys" -> primaryKey(name(args[2]));
            case "getIndexInfo" -> indexes(name(args[2]));
            default -> throw Unsimulated.of(method + " of the metadata");
        };
    }

    private static String name(@Nullable Object pattern) {
        return String.valueOf(pattern).replace("\\", "");
    }

    private ResultSet tables(String name) throws SQLException {
        // Asking about tables is a statement, and in a stricter level than READ COMMITTED it may be the first one.
        connection.session().execute("select 1", new @Nullable Object[0], Duration.ZERO);
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (engine.find(name) != null) {
            rows.add(new @Nullable Object[] {null, "public", name, "TABLE"});
        }
        return rows(List.of("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE"), rows);
    }

    private ResultSet columns(String name) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (StoredTable.Column column : engine.table(name).columns) {
            rows.add(new @Nullable Object[] {
                column.name(),
                column.type().typeName(),
                (long) column.type().code(),
                (long) column.type().size(),
                column.type() == ColumnType.TIMESTAMP ? 6L : 0L,
                (long) (column.required() ? DatabaseMetaData.columnNoNulls : DatabaseMetaData.columnNullable),
                null,
                "NO",
                column.identity() ? "YES" : "NO"
            });
        }
        return rows(
                List.of(
                        "COLUMN_NAME",
                        "TYPE_NAME",
                        "DATA_TYPE",
                        "COLUMN_SIZE",
                        "DECIMAL_DIGITS",
                        "NULLABLE",
                        "COLUMN_DEF",
                        "IS_GENERATEDCOLUMN",
                        "IS_AUTOINCREMENT"),
                rows);
    }

    private ResultSet primaryKey(String name) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        List<List<String>> unique = engine.table(name).uniqueNames;
        if (!unique.isEmpty()) {
            for (String column : unique.get(0)) {
                rows.add(new @Nullable Object[] {(long) rows.size() + 1, column});
            }
        }
        return rows(List.of("KEY_SEQ", "COLUMN_NAME"), rows);
    }

    private ResultSet indexes(String name) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        List<List<String>> unique = engine.table(name).uniqueNames;
        for (int at = 0; at < unique.size(); at++) {
            for (String column : unique.get(at)) {
                rows.add(new @Nullable Object[] {name + "_" + at, column});
            }
        }
        return rows(List.of("INDEX_NAME", "COLUMN_NAME"), rows);
    }

    private static ResultSet rows(List<String> names, List<@Nullable Object[]> rows) {
        List<@Nullable ColumnType> types = new ArrayList<>();
        names.forEach(name -> types.add(null));
        return StoreRows.of(new Answer(names, types, rows, -1), null);
    }
}
