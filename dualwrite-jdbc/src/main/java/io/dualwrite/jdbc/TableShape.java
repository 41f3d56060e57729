package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A table as the database has it at the moment of asking. Immutable.
 *
 * @param declared the name it was looked for under
 * @param schema its schema, as the database spells it
 * @param table its name, as the database spells it
 * @param quoted its identifier with its schema, in quotes
 * @param columns by lower-case name, in the table's order
 * @param primaryKey the primary key's columns in the key's order, lower case; empty when there is none
 * @param unique the columns of each other unique index, lower case; an index over expressions is left out
 * @param ambiguous lower-case names that more than one column has
 * @param orReplace what {@link Dialect#orReplace} says of it
 */
record TableShape(
        String declared,
        String schema,
        String table,
        String quoted,
        Map<String, Column> columns,
        List<String> primaryKey,
        List<List<String>> unique,
        List<String> ambiguous,
        @Nullable String orReplace) {

    /**
     * The column of that name.
     *
     * @throws IllegalStateException when the table has none
     */
    Column column(String name) {
        Column column = columns.get(name.toLowerCase(Locale.ROOT));
        if (column == null) {
            throw new IllegalStateException("The table " + declared + " has no column " + name
                    + "; add it, or correct the declaration or the mapping");
        }
        return column;
    }

    /** The table of that name, or null when there is none. */
    static @Nullable TableShape find(Connection connection, String declared) throws SQLException {
        SqlName name = SqlName.parse(declared);
        DatabaseMetaData meta = connection.getMetaData();
        Namespace wanted = Namespace.of(connection, name.schema());
        for (String spelling : spellings(meta, name.name())) {
            try (ResultSet tables = meta.getTables(wanted.catalog(), null, escape(meta, spelling), null)) {
                while (tables.next()) {
                    Namespace found = Namespace.of(tables, "TABLE");
                    String table = tables.getString("TABLE_NAME");
                    if (table.equals(spelling)
                            && isTable(tables)
                            && found.name().equalsIgnoreCase(wanted.name())) {
                        return read(connection, declared, wanted.as(found), table);
                    }
                }
            }
        }
        return null;
    }

    private static boolean isTable(ResultSet row) throws SQLException {
        String type = row.getString("TABLE_TYPE");
        return type.contains("TABLE") && !type.contains("SYSTEM");
    }

    /** As declared, and as this database spells names that nobody quoted. */
    private static List<String> spellings(DatabaseMetaData meta, String name) throws SQLException {
        String folded = meta.storesUpperCaseIdentifiers()
                ? name.toUpperCase(Locale.ROOT)
                : meta.storesLowerCaseIdentifiers() ? name.toLowerCase(Locale.ROOT) : name;
        return folded.equals(name) ? List.of(name) : List.of(name, folded);
    }

    /** Metadata takes patterns; a name is to be found as it is. */
    private static String escape(DatabaseMetaData meta, String name) throws SQLException {
        String escape = meta.getSearchStringEscape();
        return name.replace(escape, escape + escape).replace("_", escape + "_").replace("%", escape + "%");
    }

    private static TableShape read(Connection connection, String declared, Namespace in, String table)
            throws SQLException {
        DatabaseMetaData meta = connection.getMetaData();
        Dialect dialect = Dialect.of(connection);
        String mark = meta.getIdentifierQuoteString();
        Map<String, String> collations = dialect.collations(connection, in.name(), table);
        Set<String> hidden = dialect.hidden(connection, in.name(), table);
        Map<String, Column> columns = new LinkedHashMap<>();
        List<String> ambiguous = new ArrayList<>();
        String schemas = in.schema() == null ? null : escape(meta, in.schema());
        try (ResultSet rows = meta.getColumns(in.catalog(), schemas, escape(meta, table), null)) {
            while (rows.next()) {
                Column column = column(connection, in.name(), table, rows, mark, hidden, collations);
                if (columns.put(column.name(), column) != null) {
                    ambiguous.add(column.name());
                }
            }
        }
        TreeMap<Integer, String> key = new TreeMap<>();
        try (ResultSet rows = meta.getPrimaryKeys(in.catalog(), in.schema(), table)) {
            while (rows.next()) {
                key.put(rows.getInt("KEY_SEQ"), rows.getString("COLUMN_NAME").toLowerCase(Locale.ROOT));
            }
        }
        List<String> primaryKey = List.copyOf(key.values());
        List<List<String>> unique = unique(meta, in, table).stream()
                .filter(index -> columns.keySet().containsAll(index)
                        && !Set.copyOf(index).equals(Set.copyOf(primaryKey)))
                .toList();
        String quoted = SqlName.quote(in.name(), mark) + "." + SqlName.quote(table, mark);
        return new TableShape(
                declared,
                in.name(),
                table,
                quoted,
                columns,
                primaryKey,
                unique,
                ambiguous,
                dialect.orReplace(connection, in.name(), table));
    }

    private static Collection<List<String>> unique(DatabaseMetaData meta, Namespace in, String table)
            throws SQLException {
        Map<String, List<String>> columnsByIndex = new LinkedHashMap<>();
        try (ResultSet rows = meta.getIndexInfo(in.catalog(), in.schema(), table, true, true)) {
            while (rows.next()) {
                String index = rows.getString("INDEX_NAME");
                if (index != null) {
                    columnsByIndex
                            .computeIfAbsent(index, any -> new ArrayList<>())
                            .add(String.valueOf(rows.getString("COLUMN_NAME")).toLowerCase(Locale.ROOT));
                }
            }
        }
        return columnsByIndex.values();
    }

    private static Column column(
            Connection connection,
            String schema,
            String table,
            ResultSet row,
            String mark,
            Set<String> hidden,
            Map<String, String> collations)
            throws SQLException {
        Dialect dialect = Dialect.of(connection);
        String spelled = row.getString("COLUMN_NAME");
        String typeName = row.getString("TYPE_NAME");
        int size = row.getInt("COLUMN_SIZE");
        Kind kind = dialect.kind(row.getInt("DATA_TYPE"), typeName, size);
        String otherwise = row.getString("COLUMN_DEF");
        int digits = row.getInt("DECIMAL_DIGITS");
        if (row.wasNull()) {
            digits = digits(kind, size);
        }
        boolean identity = "YES".equals(row.getString("IS_AUTOINCREMENT"));
        return new Column(
                spelled.toLowerCase(Locale.ROOT),
                spelled,
                SqlName.quote(spelled, mark),
                kind,
                typeName,
                size,
                digits,
                row.getInt("NULLABLE") == DatabaseMetaData.columnNullable,
                "YES".equals(row.getString("IS_GENERATEDCOLUMN")),
                identity,
                identity && dialect.isNumberedAlways(connection, schema, table, spelled),
                otherwise == null ? null : dialect.sequenceIn(otherwise),
                hidden.contains(spelled),
                collations.get(spelled));
    }

    /** Digits of seconds where the driver tells only how long a time's text is, point included. */
    private static int digits(Kind kind, int size) {
        int without = kind == Kind.TIME ? "-838:59:59.".length() : "2000-01-01 00:00:00.".length();
        return Math.max(0, size - without);
    }
}
