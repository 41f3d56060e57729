package io.dualwrite.spring.jpa;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.KeyColumn;
import io.dualwrite.jdbc.Row;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.jpa.UnitModel.Numbering;
import io.dualwrite.spring.jpa.UnitModel.Slot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.ForeignKey;
import org.hibernate.mapping.PrimaryKey;
import org.hibernate.type.BasicType;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a persistence unit as those of a migration: entities', join tables', collections' and generators', with their
 * keys, references, numbering, and the names that they have on the target.
 */
final class MovedTables {
    private final UnitModel origin;
    private final UnitModel target;
    private final Map<org.hibernate.mapping.Table, org.hibernate.mapping.Table> counterparts = new HashMap<>();
    private final Map<org.hibernate.mapping.Table, Map<String, String>> columns = new HashMap<>();
    private final Map<org.hibernate.mapping.Table, Sequences> numberings = new HashMap<>();
    private final Map<org.hibernate.mapping.Table, Table<Row, ?>> alone = new HashMap<>();
    private final Map<org.hibernate.mapping.Table, Table<Row, ?>> made = new LinkedHashMap<>();
    private final Map<org.hibernate.mapping.Table, Map<String, Conversion>> instants = new HashMap<>();
    private final Set<org.hibernate.mapping.Table> making = new LinkedHashSet<>();
    private final Set<String> fitting = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    private record Sequences(Numbering origin, Numbering target) {}

    /** Which way instants change their form. */
    private enum Conversion {
        UTC_ON_TARGET,
        UTC_ON_ORIGIN
    }

    private MovedTables(UnitModel origin, UnitModel target) {
        this.origin = origin;
        this.target = target;
    }

    /**
     * The tables, parents before children.
     *
     * @param fitting columns, each as {@code table.column}, of which somebody answers that every value fits
     * @throws MigrationSetupException for a table without a key that can be carried, and for a column that is not there
     */
    static List<Table<?, ?>> of(UnitModel origin, UnitModel target, Collection<String> fitting) {
        MovedTables tables = new MovedTables(origin, target);
        tables.fitting.addAll(fitting);
        tables.pair();
        tables.number();
        origin.tables().forEach(tables::table);
        if (!tables.fitting.isEmpty()) {
            throw new MigrationSetupException(
                    "There are no columns " + tables.fitting + " in the persistence unit.",
                    "Name columns that fit by the origin's tables and columns: table.column.");
        }
        return List.copyOf(tables.made.values());
    }

    private void pair() {
        Map<String, Slot> there = target.slots();
        origin.slots().forEach((name, slot) -> {
            Slot other = there.get(name);
            if (other == null || other.columns().size() != slot.columns().size()) {
                return;
            }
            counterparts.put(slot.table(), other.table());
            Map<String, String> names = columns.computeIfAbsent(slot.table(), any -> new LinkedHashMap<>());
            for (int at = 0; at < slot.columns().size(); at++) {
                Column here = slot.columns().get(at);
                Column counterpart = other.columns().get(at);
                requireContents(slot.table(), here, origin);
                requireContents(other.table(), counterpart, target);
                names.put(lower(here.getName()), counterpart.getName());
                Conversion conversion = conversion(here, counterpart);
                if (conversion != null) {
                    instants.computeIfAbsent(slot.table(), any -> new LinkedHashMap<>())
                            .put(lower(here.getName()), conversion);
                }
            }
        });
    }

    /** A large object's row has its number only; carried over, that would mean another object there, or none. */
    private static void requireContents(org.hibernate.mapping.Table table, Column column, UnitModel unit) {
        if (column.getSqlType(unit.metadata()).equalsIgnoreCase("oid")) {
            throw new MigrationSetupException(
                    "The column " + column.getName() + " of the table " + table.getName()
                            + " of the persistence unit is a large object of PostgreSQL's (oid), whose contents lie outside of"
                            + " the row and would not be moved.",
                    "Keep it in the row, as text or bytea: by a dialect of your own, for the target under"
                            + " target-jpa.hibernate.dialect (docs/spring.md shows one), or by another type of the attribute.");
        }
    }

    private @Nullable Conversion conversion(Column here, Column there) {
        Instants.Form old = Instants.Form.of(here.getSqlType(origin.metadata()));
        Instants.Form next = Instants.Form.of(there.getSqlType(target.metadata()));
        if (old == Instants.Form.WITH_ZONE && next == Instants.Form.IN_UTC) {
            return Conversion.UTC_ON_TARGET;
        }
        return old == Instants.Form.IN_UTC && next == Instants.Form.WITH_ZONE ? Conversion.UTC_ON_ORIGIN : null;
    }

    private void number() {
        Map<String, Numbering> there = target.numberings();
        origin.numberings().forEach((entity, numbering) -> {
            Numbering other = there.getOrDefault(entity, numbering);
            boolean both = (numbering.sequence() == null) == (other.sequence() == null);
            if (both) {
                numberings.put(origin.metadata().getEntityBinding(entity).getTable(), new Sequences(numbering, other));
            }
        });
    }

    private Table<Row, ?> table(org.hibernate.mapping.Table table) {
        Table<Row, ?> known = made.get(table);
        if (known != null) {
            return known;
        }
        making.add(table);
        Table<Row, ?> moved = alone(table);
        for (ForeignKey reference : table.getForeignKeys().values()) {
            moved = referring(table, reference, moved);
        }
        making.remove(table);
        made.put(table, moved);
        return moved;
    }

    /** The table without its references. */
    private Table<Row, ?> alone(org.hibernate.mapping.Table table) {
        Table<Row, ?> known = alone.get(table);
        if (known != null) {
            return known;
        }
        PrimaryKey key = table.getPrimaryKey();
        List<Column> keyColumns = key == null ? List.copyOf(table.getColumns()) : key.getColumns();
        Table<Row, ?> moved = Jdbc.rows(
                name(table),
                keyColumns.stream().map(column -> keyColumn(table, column)).toList());
        org.hibernate.mapping.Table counterpart = counterparts.getOrDefault(table, table);
        moved = moved.to(name(counterpart));
        Map<String, String> renamed = renamed(table);
        if (!renamed.isEmpty() || instants.containsKey(table)) {
            Set<String> utcThere = converted(table, Conversion.UTC_ON_TARGET);
            Set<String> utcHere = converted(table, Conversion.UTC_ON_ORIGIN);
            moved = moved.targetKeyColumns(keyColumns.stream()
                            .map(column -> onTarget(table, column))
                            .toArray(String[]::new))
                    .mapping(
                            chain(Instants.inUtc(utcThere), Instants.withZone(utcHere), renaming(renamed)),
                            chain(renaming(inverse(renamed)), Instants.withZone(utcThere), Instants.inUtc(utcHere)))
                    .keeping(kept(table));
        }
        moved = numbered(table, keyColumns, moved).fitting(fitting(table));
        alone.put(table, moved);
        return moved;
    }

    /** Whether it holds an enumeration: whatever type that has on a side, its words are the constants of the same class. */
    private static boolean isWords(Column column) {
        return column.getValue() != null
                && column.getValue().getType() instanceof BasicType<?> basic
                && basic.getReturnedClass().isEnum();
    }

    private String[] fitting(org.hibernate.mapping.Table table) {
        return table.getColumns().stream()
                .filter(column -> fitting.remove(table.getName() + "." + column.getName()) || isWords(column))
                .map(Column::getName)
                .toArray(String[]::new);
    }

    private static KeyColumn keyColumn(org.hibernate.mapping.Table table, Column column) {
        Class<?> type = KeyTypes.of(table, column);
        if (type == null) {
            throw new MigrationSetupException(
                    "The table " + table.getName() + " of the persistence unit cannot be moved: its "
                            + (table.getPrimaryKey() == null ? "rows have no primary key" : "primary key")
                            + " and its column " + column.getName() + " is none that a key may have.",
                    "Give it a primary key of numbers, texts, UUIDs or dates; a List needs an @OrderColumn for that.");
        }
        return new KeyColumn(column.getName(), type);
    }

    private Table<Row, ?> numbered(org.hibernate.mapping.Table table, List<Column> keyColumns, Table<Row, ?> moved) {
        Sequences sequences = numberings.get(table);
        if (sequences == null) {
            return moved;
        }
        String here = sequences.origin().sequence();
        String there = sequences.target().sequence();
        if (here != null && there != null) {
            return moved.generated(here, there);
        }
        return keyColumns.size() == 1 ? moved.identity() : moved;
    }

    private Table<Row, ?> referring(org.hibernate.mapping.Table table, ForeignKey reference, Table<Row, ?> moved) {
        org.hibernate.mapping.Table parent = reference.getReferencedTable();
        if (parent == null || !isUsable(reference)) {
            return moved;
        }
        List<String> here = new ArrayList<>();
        List<String> there = new ArrayList<>();
        for (Column column : reference.getColumns()) {
            here.add(column.getName());
            there.add(onTarget(table, column));
        }
        if (parent.equals(table)) {
            return moved.references(moved, here, there);
        }
        boolean circular = leads(parent, table, new HashSet<>());
        if (circular && mayBeNull(table, reference)) {
            return moved.referencesLater(alone(parent), here, there);
        }
        if (circular && !reference.isCreationEnabled()) {
            return moved;
        }
        if (making.contains(parent)) {
            throw new MigrationSetupException(
                    "Foreign keys of the persistence unit go round in a circle: " + circle(parent)
                            + ", and none of them may be null, so that none of these tables' rows can be written before the"
                            + " others'.",
                    "Let one of them be null, such as " + reference.getName() + " of " + table.getName()
                            + ", in both databases and at its association; or take it out until the migration is complete:"
                            + " drop it in both databases, and say @JoinColumn(foreignKey ="
                            + " @ForeignKey(ConstraintMode.NO_CONSTRAINT)) at its association. The association stays.");
        }
        return moved.references(table(parent), here, there);
    }

    private static boolean isUsable(ForeignKey reference) {
        org.hibernate.mapping.Table parent = reference.getReferencedTable();
        return parent != null
                && parent.isPhysicalTable()
                && reference.isReferenceToPrimaryKey()
                && parent.getPrimaryKey() != null;
    }

    /** Whether references lead from one table to another. */
    private static boolean leads(
            org.hibernate.mapping.Table from, org.hibernate.mapping.Table to, Set<org.hibernate.mapping.Table> seen) {
        return from.equals(to)
                || seen.add(from)
                        && from.getForeignKeys().values().stream()
                                .filter(MovedTables::isUsable)
                                .anyMatch(reference -> leads(reference.getReferencedTable(), to, seen));
    }

    private static boolean mayBeNull(org.hibernate.mapping.Table table, ForeignKey reference) {
        PrimaryKey key = table.getPrimaryKey();
        return reference.getColumns().stream()
                .anyMatch(column ->
                        column.isNullable() && (key == null || !key.getColumns().contains(column)));
    }

    private String circle(org.hibernate.mapping.Table begun) {
        List<String> names = new ArrayList<>();
        making.stream()
                .dropWhile(table -> !table.equals(begun))
                .map(org.hibernate.mapping.Table::getName)
                .forEach(names::add);
        names.add(begun.getName());
        return String.join(" -> ", names);
    }

    private String onTarget(org.hibernate.mapping.Table table, Column column) {
        return columns.getOrDefault(table, Map.of()).getOrDefault(lower(column.getName()), column.getName());
    }

    private Map<String, String> renamed(org.hibernate.mapping.Table table) {
        Map<String, String> renamed = new LinkedHashMap<>();
        columns.getOrDefault(table, Map.of()).forEach((here, there) -> {
            if (!here.equals(lower(there))) {
                renamed.put(here, lower(there));
            }
        });
        return renamed;
    }

    /** What is carried as it is, whatever it is called there. */
    private Map<String, String> kept(org.hibernate.mapping.Table table) {
        Map<String, String> kept = new LinkedHashMap<>(columns.getOrDefault(table, Map.of()));
        kept.keySet().removeAll(instants.getOrDefault(table, Map.of()).keySet());
        return kept;
    }

    private static Map<String, String> inverse(Map<String, String> names) {
        Map<String, String> inverse = new LinkedHashMap<>();
        names.forEach((from, to) -> inverse.put(to, from));
        return inverse;
    }

    private Set<String> converted(org.hibernate.mapping.Table table, Conversion way) {
        Set<String> converted = new LinkedHashSet<>();
        instants.getOrDefault(table, Map.of()).forEach((column, conversion) -> {
            if (conversion == way) {
                converted.add(column);
            }
        });
        return converted;
    }

    @SafeVarargs
    private static UnaryOperator<Row> chain(UnaryOperator<Row>... steps) {
        return row -> {
            Row made = row;
            for (UnaryOperator<Row> step : steps) {
                made = step.apply(made);
            }
            return made;
        };
    }

    /** All at once: a name may be another column's old one. */
    private static UnaryOperator<Row> renaming(Map<String, String> names) {
        return row -> {
            Map<String, @Nullable Object> renamed = new LinkedHashMap<>();
            for (String column : row.columns()) {
                renamed.put(names.getOrDefault(column, column), row.get(column));
            }
            return Row.of(renamed);
        };
    }

    private static String name(org.hibernate.mapping.Table table) {
        return UnitModel.name(table.getQualifiedTableName());
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
