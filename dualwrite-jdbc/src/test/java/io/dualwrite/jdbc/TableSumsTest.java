package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.TypeVoyage.Thing;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.SummingScan.Sum;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.repair.VerifyRequest;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums that a database makes of its rows are the same when the rows are, and not when one of them is not. */
final class TableSumsTest {
    private static final VerifyRequest SUMMED =
            VerifyRequest.of(VerifyPolicy.REPORT).inTheDatabases();

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRES", "MARIADB"})
    void aSumTellsEveryValueOfEveryTypeFromTheNext(Engine engine) throws Exception {
        Sides<TestDatabase> databases = new Sides<>(engine.create(), engine.create());
        Map<Table<Thing, Long>, SqlType> tables = new LinkedHashMap<>();
        for (SqlType type : SqlType.of(engine)) {
            String name = "summed" + tables.size();
            for (Side side : Side.values()) {
                databases.of(side).run("create table " + name + " (id bigint primary key, v " + type.sql() + ")");
            }
            for (int row = 0; row < type.values().size(); row++) {
                databases
                        .origin()
                        .run("insert into " + name + " values (" + row + ", "
                                + type.values().get(row) + ")");
            }
            databases
                    .origin()
                    .run("insert into " + name + " values (" + type.values().size() + ", null)");
            tables.put(Jdbc.table(name, Thing.class, Long.class).key(Thing::id), type);
        }
        Shop shop = new Shop(databases, List.copyOf(tables.keySet())).atShadow();
        TableSums sums = new TableSums(shop.made.places(), shop.made.tables());
        List<String> untested = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<Table<Thing, Long>, SqlType> each : tables.entrySet()) {
            String name = each.getKey().name();
            int rows = each.getValue().values().size() + 1;
            Set<RecordId> ids = new LinkedHashSet<>();
            for (long row = 0; row < rows; row++) {
                ids.add(each.getKey().id(row));
            }
            shop.made.carrier().carry(Side.ORIGIN, ids, null);
            if (!sums.obstacles(name).isEmpty()) {
                untested.add(each.getValue().sql());
                continue;
            }
            String there = sum(sums, Side.TARGET, name);
            if (!sum(sums, Side.ORIGIN, name).equals(there)) {
                wrong.add(each.getValue().sql() + " has other sums after it was carried");
            }
            for (int row = 0; row < rows; row++) {
                databases
                        .target()
                        .run("update " + name + " set v = (select x.v from (select v from " + name + " where id = "
                                + (row + 1) % rows + ") x) where id = " + row);
                if (sum(sums, Side.TARGET, name).equals(there)) {
                    wrong.add(each.getValue().sql() + " has the same sum with another value in row " + row);
                }
                shop.made.carrier().carry(Side.ORIGIN, ids, null);
            }
            if (!sum(sums, Side.TARGET, name).equals(there)) {
                wrong.add(each.getValue().sql() + " has another sum when it is carried again");
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(untested).isEqualTo(engine == Engine.POSTGRES ? List.of("json") : List.of());
    }

    private static String sum(TableSums sums, Side side, String table) throws Exception {
        return sums.sum(side, table, null, null).toString();
    }

    /** Longer, in hexadecimal digits or put together, than what MariaDB makes into one text as it comes. */
    @Test
    void aLongValueIsToldFromAnotherOne() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(Engine.MARIADB.create(), Engine.MARIADB.create());
        String value = "repeat('a', 600000)";
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create table item_t (id bigint primary key, b longblob, t longtext, u longtext)",
                            "insert into item_t values (1, " + value + ", null, null), (2, null, " + value + ", "
                                    + value + ")");
        }
        Set<String> seen = new LinkedHashSet<>();
        withLongestText(databases.origin(), 1 << 20, () -> {
            TableSums sums = sums(databases);
            seen.add(sum(sums, Side.TARGET, "item_t"));
            assertThat(seen).containsExactly(sum(sums, Side.ORIGIN, "item_t"));

            for (String column : List.of("b", "t", "u")) {
                databases
                        .target()
                        .run("update item_t set " + column + " = concat(repeat('a', 599999), 'b') where " + column
                                + " is not null");
                assertThat(seen.add(sum(sums, Side.TARGET, "item_t")))
                        .as("another value in %s has another sum", column)
                        .isTrue();
            }
        });
    }

    @Test
    void aRowThatADatabaseMakesNothingOfIsLikeNoOther() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(Engine.MARIADB.create(), Engine.MARIADB.create());
        List<Integer> columns = IntStream.range(0, 60).boxed().toList();
        String declared =
                columns.stream().map(column -> ", v" + column + " varchar(250)").collect(Collectors.joining());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create table item_t (id bigint primary key" + declared + ")",
                            "insert into item_t values (1" + ", repeat('\u20ac', 250)".repeat(columns.size()) + ")");
        }
        withLongestText(databases.origin(), 1 << 14, () -> {
            TableSums sums = sums(databases);
            Sum origin = sums.sum(Side.ORIGIN, "item_t", null, null);
            Sum target = sums.sum(Side.TARGET, "item_t", null, null);

            assertThat(List.of(origin.rows(), target.rows())).containsOnly(1L);
            assertThat(target).isNotEqualTo(origin);
        });
    }

    private interface Check {
        void run() throws Exception;
    }

    /** On connections that begin meanwhile, on the whole server. */
    private static void withLongestText(TestDatabase database, int bytes, Check check) throws Exception {
        String before = database.value("select @@global.max_allowed_packet");
        database.run("set global max_allowed_packet = " + bytes);
        try {
            check.run();
        } finally {
            database.run("set global max_allowed_packet = " + before);
        }
    }

    private static TableSums sums(Sides<TestDatabase> databases) {
        Table<Thing, Long> table = Jdbc.table("item_t", Thing.class, Long.class).key(Thing::id);
        Shop shop = new Shop(databases, List.of(table)).atShadow();
        return new TableSums(shop.made.places(), shop.made.tables());
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRES", "MARIADB"})
    void faultsAreFoundByHalvesAndConfirmed(Engine engine) throws Exception {
        Sides<TestDatabase> databases = new Sides<>(engine.create(), engine.create());
        for (Side side : Side.values()) {
            databases.of(side).run("create table item_t (id bigint primary key, v varchar(20))");
        }
        databases
                .origin()
                .run("insert into item_t select n, concat('v', n) from (" + engine.numbers(1, 25_000) + ") x");
        Table<Thing, Long> table = Jdbc.table("item_t", Thing.class, Long.class).key(Thing::id);
        JdbcMigration migration = migration(databases, table);
        assertThat(migration.verify(SUMMED).isClean()).isTrue();
        databases
                .target()
                .run(
                        "delete from item_t where id in (1, 12345)",
                        "update item_t set v = null where id in (7, 25000)",
                        "insert into item_t values (-5, 'v'), (30000, 'v')");

        VerifyReport report = migration.verify(SUMMED);

        assertThat(report.kinds())
                .containsExactly(Map.entry(Kind.MISSING, 2L), Map.entry(Kind.EXTRA, 2L), Map.entry(Kind.DIFFERENT, 2L));
        assertThat(report.candidates()).as("nothing else was suspected").isEqualTo(6);
        assertThat(migration
                        .verify(SUMMED.within(table.type().between(1L, 12_345L)))
                        .confirmed())
                .isEqualTo(3);
        assertThat(migration
                        .verify(VerifyRequest.of(VerifyPolicy.REPAIR).inTheDatabases())
                        .repaired())
                .isEqualTo(6);
        assertThat(migration.verify(SUMMED).isClean()).isTrue();
        assertThat(migration.obstacles(Stage.LIVE)).noneMatch(reason -> reason.contains("verification"));
    }

    @Test
    void whatSumsWouldNotTellIsRefusedWithAllReasons() throws Exception {
        Sides<TestDatabase> alike = new Sides<>(Engine.POSTGRES.create(), Engine.POSTGRES.create());
        alike.origin().run("create table item_t (id bigint primary key, v varchar(20), w json, x interval)");
        alike.target().run("create table item_t (id bigint primary key, v varchar(30), w json, x interval)");
        Table<Thing, Long> table =
                Jdbc.table("item_t", Thing.class, Long.class).key(Thing::id).fitting("v");
        assertThatThrownBy(() -> migration(alike, table).verify(SUMMED))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("the column v of item_t is declared differently")
                .hasMessageContaining("the column w of item_t, a json")
                .hasMessageContaining("the column x of item_t, a interval");
        Sides<TestDatabase> unlike = new Sides<>(Engine.POSTGRES.create(), Engine.MARIADB.create());
        for (Side side : Side.values()) {
            unlike.of(side).run("create table item_t (id bigint primary key)");
        }
        assertThatThrownBy(() -> migration(
                                unlike,
                                Jdbc.table("item_t", Thing.class, Long.class).key(Thing::id))
                        .verify(SUMMED))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("different engines");
        assertThatThrownBy(() -> SUMMED.sample(0.5, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SUMMED.recent(5)).isInstanceOf(IllegalArgumentException.class);
    }

    private JdbcMigration migration(Sides<TestDatabase> databases, Table<?, ?> table) throws Exception {
        Sides<HikariDataSource> pools = Sides.each(side -> pool(databases.of(side)));
        JdbcMigration migration = Jdbc.migration("summed", pools.origin(), pools.target())
                .records(table)
                .createTables(true)
                .attestedBy("this test")
                .build();
        open.add(0, migration);
        migration.refresh();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.moveTo(Stage.SHADOW);
        return migration;
    }

    private HikariDataSource pool(TestDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.pool());
        HikariDataSource pool = new HikariDataSource(config);
        open.add(pool);
        return pool;
    }
}
