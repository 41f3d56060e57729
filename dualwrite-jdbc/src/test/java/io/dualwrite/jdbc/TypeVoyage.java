package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.SqlType.Family;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Takes every type of one engine to every type of another. */
final class TypeVoyage {
    record Thing(long id) {}

    private static final int ROWS_AT_ONCE = 50;

    private final Engine origin;
    private final Engine target;
    private final int more;
    private final long seed;

    TypeVoyage(Engine origin, Engine target) {
        this(origin, target, 0, 0);
    }

    private TypeVoyage(Engine origin, Engine target, int more, long seed) {
        this.origin = origin;
        this.target = target;
        this.more = more;
        this.seed = seed;
    }

    /** With so many random values of every type besides. */
    TypeVoyage with(int randomValues, long seed) {
        return new TypeVoyage(origin, target, randomValues, seed);
    }

    /** One of the origin's types, and how many of the target's it goes into. */
    record Fit(SqlType type, int columns) {}

    /** A table for each of the origin's types, with a column for each of the target's that is to hold it, and no rows. */
    Map<Table<Thing, Long>, Fit> emptyTables(Sides<TestDatabase> databases) throws Exception {
        Map<SqlType, Column> sources = new LinkedHashMap<>();
        RandomValues random = new RandomValues(origin, seed);
        for (SqlType type : SqlType.of(origin)) {
            sources.put(type.with(random.of(type, more)), column(databases.origin(), "source" + sources.size(), type));
        }
        Map<SqlType, Column> sinks = new LinkedHashMap<>();
        for (SqlType type : SqlType.of(target)) {
            sinks.put(type, column(databases.target(), "sink" + sinks.size(), type));
        }
        Map<Table<Thing, Long>, Fit> tables = new LinkedHashMap<>();
        for (SqlType from : sources.keySet()) {
            List<SqlType> fitting = sinks.keySet().stream()
                    .filter(to ->
                            to.family() == from.family() && TypeFit.loss(sources.get(from), sinks.get(to)) == null)
                    .toList();
            if (fitting.isEmpty()) {
                continue;
            }
            String table = "things" + tables.size();
            databases
                    .origin()
                    .run(create(table, fitting.stream().map(to -> from.sql()).toList()));
            databases
                    .target()
                    .run(create(table, fitting.stream().map(SqlType::sql).toList()));
            tables.put(Jdbc.table(table, Thing.class, Long.class).key(Thing::id), new Fit(from, fitting.size()));
        }
        return tables;
    }

    /** The same with a row for each of the type's values, and one without any. */
    private Map<Table<Thing, Long>, Fit> tables(Sides<TestDatabase> databases) throws Exception {
        Map<Table<Thing, Long>, Fit> tables = emptyTables(databases);
        tables.forEach((table, fit) -> {
            List<String> values = new ArrayList<>(fit.type().values());
            values.add("null");
            for (int row = 0; row < values.size(); row += ROWS_AT_ONCE) {
                databases
                        .origin()
                        .run("insert into " + table.name() + " values "
                                + IntStream.range(row, Math.min(values.size(), row + ROWS_AT_ONCE))
                                        .mapToObj(each ->
                                                "(" + each + (", " + values.get(each)).repeat(fit.columns()) + ")")
                                        .collect(Collectors.joining(", ")));
            }
        });
        return tables;
    }

    private static String nothing(int columns) {
        return IntStream.range(0, columns)
                .mapToObj(column -> "v" + column + " = null")
                .collect(Collectors.joining(", "));
    }

    private static Column column(TestDatabase database, String table, SqlType type) throws Exception {
        database.run("create table " + table + " (id bigint primary key, v " + type.sql() + ")");
        try (var connection = database.pool().getConnection()) {
            TableShape shape = TableShape.find(connection, table);
            assertThat(shape).isNotNull();
            return shape.column("v");
        }
    }

    private static String create(String table, List<String> types) {
        StringBuilder sql = new StringBuilder("create table " + table + " (id bigint primary key");
        for (int at = 0; at < types.size(); at++) {
            sql.append(", v").append(at).append(' ').append(types.get(at));
        }
        return sql.append(')').toString();
    }

    /** What changed on the way there and back, of all that is said to fit. */
    List<String> thereAndBack() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        Map<Table<Thing, Long>, Fit> tables = tables(databases);
        Shop shop = new Shop(databases, List.copyOf(tables.keySet())).atShadow();
        Map<Table<Thing, Long>, List<String>> before = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        tables.forEach((table, fit) -> {
            before.put(table, databases.origin().rows("select * from " + table.name() + " order by id"));
            carry(shop, Side.ORIGIN, table, ids(table, fit.type()), wrong);
            // Drivers may send what rows are updated with in another way than what is inserted.
            databases.target().run("update " + table.name() + " set " + nothing(fit.columns()));
            carry(shop, Side.ORIGIN, table, ids(table, fit.type()), wrong);
        });
        shop.atLive();
        tables.forEach((table, fit) -> {
            SqlType type = fit.type();
            for (String emptied : List.of(
                    "delete from " + table.name(), "update " + table.name() + " set " + nothing(fit.columns()))) {
                databases.origin().run(emptied);
                carry(shop, Side.TARGET, table, ids(table, type), wrong);
                List<String> after = databases.origin().rows("select * from " + table.name() + " order by id");
                if (hasOneText(type) && !after.equals(before.get(table))) {
                    wrong.add(type.sql() + " came back otherwise: " + cut(before.get(table)) + " as " + cut(after));
                }
            }
        });
        return wrong;
    }

    /** Of JSON, and of H2's instants, several texts mean the same; that they do is confirmed by then. */
    private boolean hasOneText(SqlType type) {
        return type.family() != Family.JSON && (type.family() != Family.INSTANT || !origin.isH2());
    }

    /** What is said not to fit although every value at the bounds went there unchanged. */
    List<String> refusedForNothing() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        List<Table<Thing, Long>> tables = new ArrayList<>();
        List<SqlType> froms = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (SqlType from : SqlType.of(origin)) {
            for (SqlType to : SqlType.of(target)) {
                String table = "things" + tables.size();
                if (from.family() != to.family() || to.sql().startsWith("char")) {
                    continue;
                }
                Column source = column(databases.origin(), table, from);
                Column sink = column(databases.target(), table, to);
                if (TypeFit.loss(source, sink) == null) {
                    databases.origin().run("drop table " + table);
                    databases.target().run("drop table " + table);
                    continue;
                }
                for (int row = 0; row < from.values().size(); row++) {
                    databases
                            .origin()
                            .run("insert into " + table + " values (" + row + ", "
                                    + from.values().get(row) + ")");
                }
                tables.add(Jdbc.table(table, Thing.class, Long.class).key(Thing::id));
                froms.add(from);
                names.add(from.sql() + " to " + to.sql() + ": " + TypeFit.loss(source, sink));
            }
        }
        Shop shop = new Shop(databases, List.copyOf(tables)).atShadow();
        List<String> needless = new ArrayList<>();
        for (int at = 0; at < tables.size(); at++) {
            List<String> lost = new ArrayList<>();
            for (long row = 0; row < froms.get(at).values().size() && lost.isEmpty(); row++) {
                carry(shop, Side.ORIGIN, tables.get(at), Set.of(tables.get(at).id(row)), lost);
            }
            if (lost.isEmpty()
                    && !(froms.get(at).isFine()
                            && areDigitsLost(databases, tables.get(at).name()))) {
                needless.add(names.get(at));
            }
        }
        return needless;
    }

    /** Of digits that only one side keeps nothing is said when both are compared. */
    private static boolean areDigitsLost(Sides<TestDatabase> databases, String table) throws Exception {
        return !digits(databases.origin(), table).equals(digits(databases.target(), table));
    }

    private static List<String> digits(TestDatabase database, String table) throws Exception {
        return database.rows("select v from " + table + " order by id").stream()
                .map(value -> value.replaceFirst(".*?(?:\\.(\\d*?)0*)?([+-][0-9:]+)?$", "$1"))
                .toList();
    }

    private static String cut(List<String> rows) {
        String text = rows.toString();
        return text.length() > 600 ? text.substring(0, 600) + " ..." : text;
    }

    private static Set<RecordId> ids(Table<Thing, Long> table, SqlType type) {
        Set<RecordId> ids = new LinkedHashSet<>();
        for (long row = 0; row <= type.values().size(); row++) {
            ids.add(table.id(row));
        }
        return ids;
    }

    private static void carry(Shop shop, Side from, Table<Thing, Long> table, Set<RecordId> ids, List<String> wrong) {
        try {
            shop.made.carrier().carry(from, ids, null);
            shop.made
                    .parts()
                    .confirmation()
                    .confirm(from, ids)
                    .forEach(found -> wrong.add(table + " from the "
                            + from + " is " + found.kind() + " in " + found.fields() + " of row "
                            + found.record().key()));
        } catch (Exception failure) {
            wrong.add(table + " from the " + from + ": " + failure);
        }
    }
}
