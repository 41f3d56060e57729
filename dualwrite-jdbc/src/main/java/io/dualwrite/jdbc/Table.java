package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A kind of record that is one row of one table on each side: which tables, which key, and how a row of one becomes a row
 * of the other. Immutable; every method that sets something returns another declaration. Begin with {@link Jdbc#table}.
 *
 * <p>Only {@link #key} must be said. Everything else has a default: the same table name and the same column names on both
 * sides, and the primary key's own columns as key.
 *
 * @param <R> the application's class of records
 * @param <K> the application's class of keys: Long, Integer, Short, String, UUID, LocalDate, or a Java record of these whose
 *     components are in the order of the key's columns
 */
public final class Table<R, K> {
    private final Class<R> recordClass;
    private final Class<K> keyClass;
    private final String name;
    private final @Nullable Function<R, K> key;
    private final Sides<String> tables;
    private final Sides<List<String>> keyColumns;
    private final UnaryOperator<Row> toNew;
    private final UnaryOperator<Row> toOld;
    private final boolean mapped;
    private final List<Reference> references;
    private final @Nullable Sides<String> sequences;
    private final boolean identity;
    private final Set<String> triggers;
    private final Set<String> fitting;
    private final Sides<Map<String, String>> kept;
    private final List<Class<?>> keyParts;

    /** What a declaration says, while the next one is made from it. */
    private static final class Draft<R, K> {
        private final Class<R> recordClass;
        private final Class<K> keyClass;
        private String name;
        private @Nullable Function<R, K> key;
        private Sides<String> tables;
        private Sides<List<String>> keyColumns = new Sides<>(List.of(), List.of());
        private UnaryOperator<Row> toNew = UnaryOperator.identity();
        private UnaryOperator<Row> toOld = UnaryOperator.identity();
        private boolean mapped;
        private List<Reference> references = List.of();
        private @Nullable Sides<String> sequences;
        private boolean identity;
        private Set<String> triggers = Set.of();
        private Set<String> fitting = Set.of();
        private Sides<Map<String, String>> kept = new Sides<>(Map.of(), Map.of());
        private List<Class<?>> keyParts = List.of();

        Draft(String table, Class<R> recordClass, Class<K> keyClass) {
            this.recordClass = recordClass;
            this.keyClass = keyClass;
            this.name = table;
            this.tables = new Sides<>(table, table);
        }

        Draft(Table<R, K> from) {
            this.recordClass = from.recordClass;
            this.keyClass = from.keyClass;
            this.name = from.name;
            this.key = from.key;
            this.tables = from.tables;
            this.keyColumns = from.keyColumns;
            this.toNew = from.toNew;
            this.toOld = from.toOld;
            this.mapped = from.mapped;
            this.references = from.references;
            this.sequences = from.sequences;
            this.identity = from.identity;
            this.triggers = from.triggers;
            this.fitting = from.fitting;
            this.kept = from.kept;
            this.keyParts = from.keyParts;
        }
    }

    private Table(Draft<R, K> draft) {
        this.recordClass = draft.recordClass;
        this.keyClass = draft.keyClass;
        this.name = draft.name;
        this.key = draft.key;
        this.tables = draft.tables;
        this.keyColumns = draft.keyColumns;
        this.toNew = draft.toNew;
        this.toOld = draft.toOld;
        this.mapped = draft.mapped;
        this.references = List.copyOf(draft.references);
        this.sequences = draft.sequences;
        this.identity = draft.identity;
        this.triggers = draft.triggers;
        this.fitting = draft.fitting;
        this.kept = draft.kept;
        this.keyParts = List.copyOf(draft.keyParts);
    }

    static <R, K> Table<R, K> of(String originTable, Class<R> recordClass, Class<K> keyClass) {
        return new Table<>(new Draft<>(originTable, recordClass, keyClass));
    }

    /** Rows that nobody handles as objects, with keys that are single values or lists of them. */
    static Table<Row, ?> ofRows(String originTable, List<KeyColumn> key) {
        String[] columns = key.stream().map(KeyColumn::name).toArray(String[]::new);
        if (key.size() == 1) {
            return single(originTable, key.get(0)).keyColumns(columns);
        }
        Draft<Row, List<?>> draft = new Draft<>(originTable, Row.class, listClass());
        draft.keyParts = key.stream().<Class<?>>map(KeyColumn::type).toList();
        draft.key =
                row -> key.stream().map(part -> required(row.get(part.name()))).toList();
        return new Table<>(draft).keyColumns(columns);
    }

    private static <K> Table<Row, K> single(String originTable, KeyColumn column) {
        @SuppressWarnings("unchecked") // A class is the class of itself.
        Class<K> type = (Class<K>) column.type();
        return of(originTable, Row.class, type).key(row -> required(row.get(column.name(), type)));
    }

    private static <T> T required(@Nullable T part) {
        return Objects.requireNonNull(part, "A primary key has no column without a value");
    }

    @SuppressWarnings("unchecked") // There is no class of lists of anything.
    private static Class<List<?>> listClass() {
        return (Class<List<?>>) (Class<?>) List.class;
    }

    /** What journals, meters and events call these records; by default the origin's table name. Never change it midway. */
    public Table<R, K> named(String recordType) {
        Draft<R, K> draft = new Draft<>(this);
        draft.name = recordType;
        return new Table<>(draft);
    }

    /** The key of a record; a null key means that the record has none yet. */
    public Table<R, K> key(Function<R, K> keyOf) {
        Draft<R, K> draft = new Draft<>(this);
        draft.key = keyOf;
        return new Table<>(draft);
    }

    /** The target's table, {@code name} or {@code schema.name}; by default the origin's name. */
    public Table<R, K> to(String targetTable) {
        Draft<R, K> draft = new Draft<>(this);
        draft.tables = new Sides<>(tables.origin(), targetTable);
        return new Table<>(draft);
    }

    /**
     * The key's columns, in the key's order, by the names they have on the origin, and on the target unless
     * {@link #targetKeyColumns} says otherwise. They must be the primary key; by default they are taken from it.
     */
    public Table<R, K> keyColumns(String... columns) {
        Draft<R, K> draft = new Draft<>(this);
        boolean same = keyColumns.target().isEmpty() || keyColumns.target().equals(keyColumns.origin());
        draft.keyColumns = new Sides<>(List.of(columns), same ? List.of(columns) : keyColumns.target());
        return new Table<>(draft);
    }

    /** The key's columns on the target, in the key's order, where their names differ from the origin's. */
    public Table<R, K> targetKeyColumns(String... columns) {
        Draft<R, K> draft = new Draft<>(this);
        draft.keyColumns = new Sides<>(keyColumns.origin(), List.of(columns));
        return new Table<>(draft);
    }

    /**
     * How rows become each other. Both functions are pure and quick, keep the key, and {@code toOld} undoes {@code toNew};
     * columns of the target that {@code toNew} does not yield are left as they are. By default columns are equal.
     */
    public Table<R, K> mapping(UnaryOperator<Row> toNew, UnaryOperator<Row> toOld) {
        Draft<R, K> draft = new Draft<>(this);
        draft.toNew = toNew;
        draft.toOld = toOld;
        draft.mapped = true;
        return new Table<>(draft);
    }

    /** Declares a foreign key of one column to {@code parent}, by its name on the origin and on the target. */
    public Table<R, K> references(Table<?, ?> parent, String originColumn, String targetColumn) {
        return references(parent, List.of(originColumn), List.of(targetColumn));
    }

    /**
     * Declares a foreign key to {@code parent}, its columns in the order of the parent's key. A table that references itself is
     * its own parent: {@code table.references(table, …)}.
     */
    public Table<R, K> references(Table<?, ?> parent, List<String> originColumns, List<String> targetColumns) {
        return with(parent, originColumns, targetColumns, false);
    }

    /** As {@link #referencesLater(Table, List, List)}, by a foreign key of one column. */
    public Table<R, K> referencesLater(Table<?, ?> parent, String originColumn, String targetColumn) {
        return referencesLater(parent, List.of(originColumn), List.of(targetColumn));
    }

    /**
     * Declares a foreign key that closes a circle of tables: departments with a head among employees who are each in a
     * department. Rows are written without it before the parent's are, and with it after them, in the same transaction; so its
     * columns, or some of them, are nullable on both sides. {@code parent} is known by its name, as declared before its own
     * references.
     */
    public Table<R, K> referencesLater(Table<?, ?> parent, List<String> originColumns, List<String> targetColumns) {
        return with(parent, originColumns, targetColumns, true);
    }

    private Table<R, K> with(
            Table<?, ?> parent, List<String> originColumns, List<String> targetColumns, boolean later) {
        Draft<R, K> draft = new Draft<>(this);
        draft.references = new ArrayList<>(references);
        draft.references.add(
                new Reference(parent, new Sides<>(List.copyOf(originColumns), List.copyOf(targetColumns)), later));
        return new Table<>(draft);
    }

    /**
     * Keys come from these sequences, {@code name} or {@code schema.name}; a handover sets the new one ahead of the old. To be
     * declared where the application asks the sequence itself: one in a column's default is found there.
     */
    public Table<R, K> generated(String originSequence, String targetSequence) {
        Draft<R, K> draft = new Draft<>(this);
        draft.sequences = new Sides<>(originSequence, targetSequence);
        return new Table<>(draft);
    }

    /**
     * Keys come from identity (or serial) columns; a handover sets the new one ahead of the old. Those that are not declared are
     * set ahead too; declared, the column has to be there on both sides, and on MariaDB numbers whose record was deleted are
     * not given out again.
     */
    public Table<R, K> identity() {
        Draft<R, K> draft = new Draft<>(this);
        draft.identity = true;
        return new Table<>(draft);
    }

    /**
     * Answers for these triggers, on either side, that they change nothing in any table of the migration: neither the row
     * they fire for nor another one. All other triggers are refused, since what they change is named by no write.
     */
    public Table<R, K> harmlessTriggers(String... names) {
        Draft<R, K> draft = new Draft<>(this);
        draft.triggers = Set.of(names);
        return new Table<>(draft);
    }

    /**
     * Answers for these columns that every value in them fits into the column of the same name on the other side, in both
     * directions, although its type could hold others: an id that became a {@code bigint} on the target and stays below
     * 2^31 until there is no way back. Such pairs of types are refused otherwise. Where there is a mapping they are columns that
     * it is {@linkplain #keeping keeping}, by their names on the origin.
     */
    public Table<R, K> fitting(String... columns) {
        Draft<R, K> draft = new Draft<>(this);
        draft.fitting = Set.of(columns);
        return new Table<>(draft);
    }

    /**
     * Says which columns' values the mapping takes over as they are: their names on the origin, each with that on the target.
     * Their types are compared like those of a table without a mapping, which is about all of its columns.
     */
    public Table<R, K> keeping(Map<String, String> columns) {
        Map<String, String> there = new LinkedHashMap<>();
        Map<String, String> here = new LinkedHashMap<>();
        columns.forEach((origin, target) -> {
            there.put(origin.toLowerCase(Locale.ROOT), target);
            here.put(target.toLowerCase(Locale.ROOT), origin);
        });
        Draft<R, K> draft = new Draft<>(this);
        draft.kept = new Sides<>(Map.copyOf(there), Map.copyOf(here));
        return new Table<>(draft);
    }

    /**
     * These records as the rest of the library knows them.
     *
     * @throws IllegalArgumentException when no {@link #key} was declared or the class of keys cannot be used
     */
    public RecordType<R, K> type() {
        Function<R, K> keyOf = key;
        if (keyOf == null) {
            throw new IllegalArgumentException("The table " + name + " has no key function; add .key(Record::id)");
        }
        return new RecordType<>(name, recordClass, keyClass, keys(), keyOf);
    }

    /** The identity of the record with this key. */
    public RecordId id(K key) {
        return new RecordId(name, keys().encode(key));
    }

    /**
     * The identity of the record whose key columns hold these values, in the key's order, as a driver gives them or a
     * statement binds them.
     *
     * @throws RuntimeException when a value cannot be one of the key's
     */
    public RecordId idOfColumns(List<?> values) {
        return new RecordId(name, keys().textOf(values));
    }

    String name() {
        return name;
    }

    /** Everything that is wrong with this declaration, as far as it can be told without a database. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (name.isBlank() || name.length() > 100) {
            problems.add("a table's name has 1 to 100 characters, not '" + name + "'");
        }
        if (key == null) {
            problems.add("the table " + name + " has no key function; add .key(Record::id)");
        }
        int parts = 0;
        try {
            parts = keys().size();
        } catch (IllegalArgumentException unusable) {
            problems.add("the keys of table " + name + " cannot be used: " + unusable.getMessage());
        }
        for (Side side : Side.values()) {
            if (parts > 0 && !keyColumns(side).isEmpty() && keyColumns(side).size() != parts) {
                problems.add("the keys of table " + name + " have " + parts + " parts, but on the " + side
                        + " its key columns are " + keyColumns(side));
            }
            for (Reference reference : references) {
                reference.problem(name, side).ifPresent(problems::add);
            }
        }
        if (mapped && (toNew == null || toOld == null)) {
            problems.add("the mapping of table " + name + " lacks a direction; give both toNew and toOld");
        }
        if (sequences != null && identity) {
            problems.add("the keys of table " + name + " come from sequences or from identity columns, not from both");
        }
        if (identity && parts > 1) {
            problems.add("the table " + name + " has an identity column and a key of " + parts + " columns; use a"
                    + " sequence's name with generated(…)");
        }
        return problems;
    }

    @SuppressWarnings("unchecked") // There are parts where keys are lists, and nowhere else.
    KeyColumns<K> keys() {
        return keyParts.isEmpty() ? KeyColumns.of(keyClass) : (KeyColumns<K>) KeyColumns.ofParts(keyParts);
    }

    Sides<String> tables() {
        return tables;
    }

    /** Empty for the primary key's own. */
    List<String> keyColumns(Side side) {
        return keyColumns.of(side);
    }

    /** Whether a mapping was declared; otherwise columns are equal. */
    boolean isMapped() {
        return mapped;
    }

    UnaryOperator<Row> toNew() {
        return toNew;
    }

    UnaryOperator<Row> toOld() {
        return toOld;
    }

    /** How a row of {@code side} becomes one of the other side. */
    UnaryOperator<Row> from(Side side) {
        return side == Side.ORIGIN ? toNew : toOld;
    }

    List<Reference> references() {
        return references;
    }

    /** Those of the references that close a circle of tables. */
    List<Reference> laterReferences() {
        return references.stream().filter(Reference::later).toList();
    }

    @Nullable Sides<String> sequences() {
        return sequences;
    }

    boolean isIdentity() {
        return identity;
    }

    /** Whether it was declared where its keys come from. */
    boolean isNumbered() {
        return sequences != null || identity;
    }

    boolean isHarmless(String trigger) {
        return triggers.stream().anyMatch(trigger::equalsIgnoreCase);
    }

    /** What a column of {@code side} whose values are the same on the other side is called there, or null. */
    @Nullable String counterpart(Side side, String column) {
        return mapped ? kept.of(side).get(column.toLowerCase(Locale.ROOT)) : column;
    }

    boolean isFitting(String column) {
        return fitting.stream().anyMatch(column::equalsIgnoreCase);
    }

    /** The record type's name. */
    @Override
    public String toString() {
        return name;
    }
}
