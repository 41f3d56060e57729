package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;

/** What must be true of a declared table on one side. */
final class TableCheck {
    private TableCheck() {}

    /** Adds a reason for everything that is wrong with the table there. */
    static void check(Session session, Table<?, ?> table, Side side, List<String> reasons) throws SQLException {
        TableShape shape = TableShape.find(session.connection(), table.tables().of(side));
        String name = table.tables().of(side) + " on the " + side;
        if (shape == null) {
            reasons.add("There is no table " + name + "; create it");
            return;
        }
        if (!shape.ambiguous().isEmpty()) {
            reasons.add("Columns of " + name + " differ in upper and lower case only: " + shape.ambiguous());
        }
        if (shape.primaryKey().isEmpty()) {
            reasons.add("The table " + name + " has no primary key; add one");
            return;
        }
        key(table, side, shape, reasons);
        List<String> problems = new ArrayList<>();
        session.dialect().problems(session.run(), shape, problems);
        problems.forEach(problem -> reasons.add("The table " + name + " " + problem));
        triggers(session, table, side, shape, reasons);
        for (Reference reference : table.references()) {
            for (String column : reference.on(side)) {
                if (!shape.columns().containsKey(column.toLowerCase(Locale.ROOT))) {
                    reasons.add(
                            "The table " + name + " has no column " + column + " to reference " + reference.parent());
                }
            }
        }
        if (!table.isMapped()) {
            List<String> unsupported = shape.columns().values().stream()
                    .filter(column -> column.kind() == Kind.UNSUPPORTED)
                    .map(Column::name)
                    .toList();
            if (!unsupported.isEmpty()) {
                reasons.add("The columns " + unsupported + " of " + name
                        + " are of types that cannot be carried; leave them out with a mapping(…)"
                        + " (of PostgreSQL's oid the contents lie outside of the row: make it bytea or text)");
            }
        }
    }

    private static void triggers(Session session, Table<?, ?> table, Side side, TableShape shape, List<String> reasons)
            throws SQLException {
        session
                .run()
                .list(
                        "select distinct trigger_name from information_schema.triggers"
                                + " where event_object_schema = ? and event_object_table = ? order by trigger_name",
                        row -> row.getString(1),
                        shape.schema(),
                        shape.table())
                .stream()
                .filter(trigger -> !table.isHarmless(trigger))
                .forEach(trigger -> reasons.add("The trigger " + trigger + " of " + shape.declared() + " on the "
                        + side + " may change records that no write names; drop it, or call harmlessTriggers(…) if it"
                        + " changes nothing in the tables of this migration"));
    }

    private static void key(Table<?, ?> table, Side side, TableShape shape, List<String> reasons) {
        List<String> declared = table.keyColumns(side).stream()
                .map(column -> column.toLowerCase(Locale.ROOT))
                .collect(Collectors.toList());
        String name = shape.declared() + " on the " + side;
        if (!declared.isEmpty() && !new HashSet<>(declared).equals(new HashSet<>(shape.primaryKey()))) {
            reasons.add("The declared key columns " + declared + " of " + name + " are not its primary key "
                    + shape.primaryKey() + "; declare that");
            return;
        }
        List<String> columns = declared.isEmpty() ? shape.primaryKey() : declared;
        if (columns.size() != table.keys().size()) {
            reasons.add("The primary key of " + name + " has the columns " + columns + ", but the keys of " + table
                    + " have " + table.keys().size() + " parts");
            return;
        }
        if (declared.isEmpty() && !table.keys().isNamed(columns)) {
            reasons.add("The key of " + table + " has the parts " + table.keys().names() + ", and the primary key of "
                    + name + " the columns " + columns
                    + ": say which is which with keyColumns(...), in the order of the parts");
            return;
        }
        for (int at = 0; at < columns.size(); at++) {
            Column column = shape.column(columns.get(at));
            if (!isOrdered(column, table.keys().part(at))) {
                reasons.add("The key column " + column.name() + " of " + name + ", a " + column.typeName()
                        + ", has no binary order that both sides share; use another type");
            }
        }
    }

    /** Whether the database and the key's codec agree on which keys are equal, and on what comes first. */
    private static boolean isOrdered(Column column, KeyPart<?> part) {
        boolean ignoresCase = column.typeName().equalsIgnoreCase("citext")
                || column.typeName().equalsIgnoreCase("varchar_ignorecase");
        return switch (column.kind()) {
            case INTEGER, LONG, DECIMAL -> Number.class.isAssignableFrom(part.type());
            case TEXT -> !ignoresCase && (part.type() == String.class || part.type() == UUID.class);
            case CHAR -> part.type() == UUID.class;
            case UUID, BYTES -> part.type() == UUID.class;
            case DATE -> part.type() == LocalDate.class;
            case OTHER -> column.isWords() && part.type() == String.class;
            default -> false;
        };
    }
}
