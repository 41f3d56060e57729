package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.TypeVoyage.Thing;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Times of nine digits of a second, which H2 alone has: where both sides keep them they count, elsewhere they do not. */
final class FineTimesTest {
    private static final Table<Thing, Long> PLAIN =
            Jdbc.table("plain", Thing.class, Long.class).key(Thing::id);

    private static final Table<Thing, Long> MAPPED = Jdbc.table("mapped", Thing.class, Long.class)
            .key(Thing::id)
            .keyColumns("id")
            .mapping(row -> row.rename("ts", "at"), row -> row.rename("at", "ts"));

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void aNanosecondIsADifferenceWhereBothSidesKeepIt() throws Exception {
        Sides<TestDatabase> databases = Sides.each(side -> Engine.H2.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create table plain (id bigint primary key, ts timestamp(9), t time(9),"
                                    + " tz timestamp(9) with time zone, oz time(9) with time zone)",
                            "create table mapped (id bigint primary key, " + (side == Side.ORIGIN ? "ts" : "at")
                                    + " timestamp(9))");
        }
        databases
                .origin()
                .run(
                        "insert into plain select n, timestamp '2024-02-29 12:00:00.123456789', time '12:00:00.999999998',"
                                + " timestamp with time zone '1969-12-31 23:59:59.999999998+00',"
                                + " time with time zone '12:00:00.000000001+01' from (" + Engine.H2.numbers(1, 5)
                                + ") x",
                        "insert into mapped values (1, timestamp '2024-02-29 12:00:00.123456789')");
        JdbcMigration migration = migration(databases, PLAIN, MAPPED);
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        databases
                .target()
                .run(
                        "update plain set ts = timestamp '2024-02-29 12:00:00.12345679' where id = 1",
                        "update plain set t = time '12:00:00.999999999' where id = 2",
                        "update plain set tz = timestamp with time zone '1969-12-31 23:59:59.999999999+00' where id = 3",
                        "update plain set oz = time with time zone '12:00:00+01' where id = 4",
                        "update mapped set at = timestamp '2024-02-29 12:00:00.123456788'");

        VerifyReport report = migration.verify(VerifyPolicy.REPAIR);

        assertThat(report.kinds()).containsEntry(Kind.DIFFERENT, 5L);
        assertThat(report.fields())
                .containsOnly(
                        Map.entry("plain.ts", 1L),
                        Map.entry("plain.t", 1L),
                        Map.entry("plain.tz", 1L),
                        Map.entry("plain.oz", 1L),
                        Map.entry("mapped.ts", 1L));
        assertThat(migration.verify(VerifyPolicy.STOP).isClean()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRES", "MARIADB"})
    void whatTheOtherSideCutsOffIsNoDifferenceAndAMicrosecondIsOne(Engine target) throws Exception {
        Sides<TestDatabase> databases = new Sides<>(Engine.H2.create(), target.create());
        String coarse = target == Engine.MARIADB ? "datetime(6)" : "timestamp(6)";
        databases
                .origin()
                .run(
                        "create table plain (id bigint primary key, ts timestamp(9), t time(9))",
                        "create table mapped (id bigint primary key, ts timestamp(9))",
                        "insert into plain values (1, timestamp '2024-02-29 12:00:00.123456789', time '12:00:00.999999999'),"
                                + " (2, timestamp '1969-12-31 23:59:59.999999999', time '00:00:00.000000001')",
                        "insert into mapped values (1, timestamp '2024-02-29 12:00:00.123456789')");
        databases
                .target()
                .run(
                        "create table plain (id bigint primary key, ts " + coarse + ", t time(6))",
                        "create table mapped (id bigint primary key, at " + coarse + ")");
        JdbcMigration migration = migration(databases, PLAIN.fitting("ts", "t"), MAPPED);
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        databases
                .target()
                .run(
                        "update plain set ts = timestamp '2024-02-29 12:00:00.123457' where id = 1",
                        "update plain set t = time '00:00:00.000001' where id = 2",
                        "update mapped set at = timestamp '2024-02-29 12:00:00.123455'");

        assertThat(migration.verify(VerifyPolicy.REPAIR).fields())
                .containsOnly(Map.entry("plain.ts", 1L), Map.entry("plain.t", 1L), Map.entry("mapped.ts", 1L));
        assertThat(migration.verify(VerifyPolicy.STOP).isClean()).isTrue();
    }

    @Test
    void aUniqueTimeThatWasCutIsStillItsOwnersOwn() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(Engine.H2.create(), Engine.POSTGRES.create());
        databases
                .origin()
                .run(
                        "create table plain (id bigint primary key, ts timestamp(9) not null unique)",
                        "insert into plain values (1, timestamp '2024-02-29 12:00:00.123456789')");
        databases.target().run("create table plain (id bigint primary key, ts timestamp(6) not null unique)");
        Shop shop = new Shop(databases, List.of(PLAIN.fitting("ts"))).atShadow();
        Set<RecordId> all = Set.copyOf(Shop.ids(PLAIN, 1));

        shop.made.carrier().carry(Side.ORIGIN, all, null);
        shop.made.carrier().carry(Side.ORIGIN, all, null);

        assertThat(databases.target().value("select ts from plain")).isEqualTo("2024-02-29 12:00:00.123456");
        assertThat(shop.made.parts().confirmation().confirm(Side.ORIGIN, all)).isEmpty();
    }

    private JdbcMigration migration(Sides<TestDatabase> databases, Table<?, ?>... tables) throws Exception {
        Sides<HikariDataSource> pools = Sides.each(side -> pool(databases.of(side)));
        JdbcMigration migration = Jdbc.migration("fine", pools.origin(), pools.target())
                .records(tables)
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
