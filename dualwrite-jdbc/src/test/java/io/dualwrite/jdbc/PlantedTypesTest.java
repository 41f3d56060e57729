package io.dualwrite.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Repaired;
import io.dualwrite.jdbc.TypeVoyage.Fit;
import io.dualwrite.jdbc.TypeVoyage.Thing;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults of every kind in columns of every type that two engines share, at the first key and the last one, before and beyond
 * them, while writers offer 1,000 writes a second: all are found, each once, and nothing else is.
 */
final class PlantedTypesTest {
    private static final int WRITERS = 4;
    private static final int ATTEMPTS = 5;
    private static final int WRITES_PER_SECOND = 1_000;
    /** Each verification runs among so many further writes at least, as do the moments before it. */
    private static final long WRITES_AT_LEAST = 300;

    /** Rows that are written to all the time, around which the spoilt ones lie. */
    private static final int HOT = 8;

    private final List<MismatchConfirmed> found = new CopyOnWriteArrayList<>();
    private final List<RecordId> repaired = new CopyOnWriteArrayList<>();
    private final Map<RecordId, String> planted = new LinkedHashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    static Stream<Arguments> pairs() {
        return Stream.of(Arguments.of(Engine.POSTGRES, Engine.MARIADB));
    }

    static Stream<Arguments> allPairs() {
        return TypesTest.allPairs();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("allPairs")
    @Tag("matrix")
    void everyFaultInEveryTypeIsFoundOnceAmongWrites(Engine origin, Engine target) throws Exception {
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        List<Spoilt> tables = new ArrayList<>();
        new TypeVoyage(origin, target)
                .emptyTables(databases)
                .forEach((table, fit) -> tables.add(new Spoilt(databases, fitting(table, fit), fit)));
        tables.forEach(Spoilt::fill);
        JdbcMigration migration = migration(
                databases, tables.stream().<Table<?, ?>>map(Spoilt::table).toList());
        tables.forEach(table -> table.plant(planted));
        List<String> expected = planted.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .toList();

        try (Traffic traffic = new Traffic(migration, tables)) {
            for (int pass = 1; pass <= 2; pass++) {
                traffic.awaitFurther(WRITES_AT_LEAST);
                VerifyReport report = verify(migration, VerifyPolicy.REPORT);
                assertThat(found)
                        .extracting(each -> each.record() + " " + each.kind() + " " + each.fields())
                        .containsExactlyInAnyOrderElementsOf(expected);
                assertThat(report.confirmed()).isEqualTo(planted.size());
            }
            verify(migration, VerifyPolicy.REPAIR);
            assertThat(repaired).containsExactlyInAnyOrderElementsOf(planted.keySet());
            traffic.awaitFurther(WRITES_AT_LEAST);
            System.out.printf(
                    "%s to %s: %d types, %d faults, %,.0f writes/s of %,d offered%n",
                    origin, target, tables.size(), planted.size(), traffic.rate(), WRITES_PER_SECOND);
        }
        assertThat(migration.awaitDrained(Duration.ofMinutes(5))).isTrue();
        assertThat(migration.verify(VerifyPolicy.STOP).isClean()).isTrue();
    }

    /** As an operator does it: again, when a lock could not be had in time because everything here writes the same few rows. */
    private VerifyReport verify(JdbcMigration migration, VerifyPolicy policy) throws Exception {
        for (int attempt = 1; ; attempt++) {
            found.clear();
            try {
                return migration.verify(policy);
            } catch (SQLException failure) {
                if (attempt == ATTEMPTS) {
                    throw failure;
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void aSideThatIsEmptyAndATableOfOneRowHideNothing(Engine origin, Engine target) throws Exception {
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        List<Table<Thing, Long>> tables = new ArrayList<>();
        for (String name : List.of("full", "none", "lone", "alone", "another")) {
            for (Side side : Side.values()) {
                databases.of(side).run("create table " + name + "_t (id bigint primary key, v varchar(20))");
            }
            tables.add(Jdbc.table(name + "_t", Thing.class, Long.class).key(Thing::id));
        }
        databases
                .origin()
                .run(
                        "insert into full_t select n, 'v' from (" + origin.numbers(1, 1_200) + ") x",
                        "insert into lone_t values (7, 'v')",
                        "insert into another_t values (7, 'v')");
        JdbcMigration migration = migration(databases, List.copyOf(tables));
        databases
                .target()
                .run(
                        "delete from full_t",
                        "insert into none_t select n, 'v' from (" + target.numbers(1, 1_200) + ") x",
                        "delete from lone_t",
                        "insert into alone_t values (7, null)",
                        "update another_t set v = null");

        VerifyReport report = migration.verify(VerifyPolicy.REPORT);

        assertThat(report.kinds())
                .containsOnly(
                        Map.entry(Kind.MISSING, 1_201L), Map.entry(Kind.EXTRA, 1_201L), Map.entry(Kind.DIFFERENT, 1L));
        assertThat(found)
                .extracting(MismatchConfirmed::record)
                .doesNotHaveDuplicates()
                .hasSize(2_403);
    }

    private HikariDataSource pool(TestDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.pool());
        HikariDataSource pool = new HikariDataSource(config);
        open.add(pool);
        return pool;
    }

    /** The way back is not checked for values that are not there. */
    private static Table<Thing, Long> fitting(Table<Thing, Long> table, Fit fit) {
        return table.fitting(IntStream.range(0, fit.columns())
                .mapToObj(column -> "v" + column)
                .toArray(String[]::new));
    }

    private JdbcMigration migration(Sides<TestDatabase> databases, List<Table<?, ?>> tables) throws Exception {
        Sides<HikariDataSource> pools = Sides.each(side -> pool(databases.of(side)));
        JdbcMigration migration = Jdbc.migration("planted", pools.origin(), pools.target())
                .records(tables.toArray(new Table<?, ?>[0]))
                .createTables(true)
                .attestedBy("this test")
                .listener(event -> {
                    if (event instanceof MismatchConfirmed mismatch) {
                        found.add(mismatch);
                    } else if (event instanceof Repaired each) {
                        repaired.add(each.record());
                    }
                })
                .build();
        open.add(0, migration);
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.moveTo(Stage.SHADOW);
        return migration;
    }

    /** A table whose columns are of the types that one type goes into; each of them is spoilt in three ways. */
    private record Spoilt(Sides<TestDatabase> databases, Table<Thing, Long> table, Fit fit) {
        private static final int FAULTS_OF_A_COLUMN = 3;

        private String literal(int number) {
            List<String> values = fit.type().values();
            return number < 0 ? "null" : values.get(number % values.size());
        }

        /** The first key; then three rows for each column; those that are written to; the last key. */
        void fill() {
            insert(0, 0);
            for (int column = 0; column < fit.columns(); column++) {
                insert(row(column, 0), 0);
                insert(row(column, 1), 0);
                insert(row(column, 2), -1);
            }
            for (int hot = 0; hot < HOT; hot++) {
                insert(hot(hot), hot);
            }
            insert(last(), 0);
        }

        private void insert(long key, int value) {
            databases
                    .origin()
                    .run("insert into " + table.name() + " values (" + key
                            + (", " + literal(value)).repeat(fit.columns()) + ")");
        }

        /** The hot ones lie between the others. */
        private long row(int column, int fault) {
            return 1 + 2L * (FAULTS_OF_A_COLUMN * column + fault);
        }

        private long hot(int number) {
            return 2L + 2L * number;
        }

        private long last() {
            return 3 + 2L * Math.max(HOT, FAULTS_OF_A_COLUMN * fit.columns());
        }

        void plant(Map<RecordId, String> planted) {
            TestDatabase copy = databases.target();
            for (long key : new long[] {0, last()}) {
                copy.run("delete from " + table.name() + " where id = " + key);
                planted.put(table.id(key), "MISSING []");
            }
            for (long key : new long[] {-1, last() + 1_000}) {
                copy.run("insert into " + table.name() + " (id) values (" + key + ")");
                planted.put(table.id(key), "EXTRA []");
            }
            for (int column = 0; column < fit.columns(); column++) {
                copy.run("update " + table.name() + " set v" + column + " = null where id = " + row(column, 0));
                planted.put(table.id(row(column, 0)), "DIFFERENT [v" + column + "]");
                if (fit.type().values().size() > 1) {
                    take(copy, column, hot(1), row(column, 1));
                    planted.put(table.id(row(column, 1)), "DIFFERENT [v" + column + "]");
                }
                take(copy, column, hot(0), row(column, 2));
                planted.put(table.id(row(column, 2)), "DIFFERENT [v" + column + "]");
            }
        }

        /** Puts the value that one row has in a column into another row. */
        private void take(TestDatabase copy, int column, long from, long to) {
            String name = table.name();
            copy.run("update " + name + " set v" + column + " = (select x.v from (select v" + column + " as v from "
                    + name + " where id = " + from + ") x) where id = " + to);
        }

        /** Changes one of the rows that may be changed. */
        void write(JdbcMigration migration, Random random) throws Exception {
            long key = hot(random.nextInt(HOT));
            String value = literal(random.nextInt(fit.type().values().size() + 1) - 1);
            List<String> set = new ArrayList<>();
            for (int column = 0; column < fit.columns(); column++) {
                set.add("v" + column + " = " + value);
            }
            migration.inTransaction(() -> {
                try (Connection connection = migration.dataSource(Side.ORIGIN).getConnection();
                        Statement statement = connection.createStatement()) {
                    migration.changed(table, key);
                    statement.executeUpdate(
                            "update " + table.name() + " set " + String.join(", ", set) + " where id = " + key);
                }
                return true;
            });
        }
    }

    /** Writers who offer so many writes a second, whether or not those before are done. */
    private static final class Traffic implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicLong done = new AtomicLong();
        private final long begun = System.nanoTime();
        private final List<CompletableFuture<Void>> writers = new ArrayList<>();

        Traffic(JdbcMigration migration, List<Spoilt> tables) {
            for (int writer = 0; writer < WRITERS; writer++) {
                Random random = new Random(writer);
                writers.add(CompletableFuture.runAsync(
                        () -> write(migration, tables, random), task -> new Thread(task, "writer").start()));
            }
        }

        private void write(JdbcMigration migration, List<Spoilt> tables, Random random) {
            long each = SECONDS.toNanos(1) * WRITERS / WRITES_PER_SECOND;
            try {
                for (long number = 0; !stop.get(); number++) {
                    for (long early = begun + number * each - System.nanoTime();
                            early > 0;
                            early = begun + number * each - System.nanoTime()) {
                        LockSupport.parkNanos(early);
                    }
                    tables.get(random.nextInt(tables.size())).write(migration, random);
                    done.incrementAndGet();
                }
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }

        void awaitFurther(long writes) throws Exception {
            long wanted = done.get() + writes;
            while (done.get() < wanted) {
                for (CompletableFuture<Void> writer : writers) {
                    if (writer.isDone()) {
                        writer.get();
                    }
                }
                Thread.onSpinWait();
                LockSupport.parkNanos(1_000_000);
            }
        }

        double rate() {
            return done.get() * 1e9 / (System.nanoTime() - begun);
        }

        @Override
        public void close() throws Exception {
            stop.set(true);
            for (CompletableFuture<Void> writer : writers) {
                writer.get(60, SECONDS);
            }
        }
    }
}
