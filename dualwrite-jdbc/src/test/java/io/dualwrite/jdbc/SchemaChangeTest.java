package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Columns that come and go while records are written and brought over. */
@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class SchemaChangeTest {
    private static final int PARCELS = 8;
    private static final int WRITES_BETWEEN = 40;
    private static final String HEIGHT = "1234.5625";

    record Parcel(Long id, String name) {}

    private static final Table<Parcel, Long> PARCEL =
            Jdbc.table("parcel", Parcel.class, Long.class).key(Parcel::id);

    private final Sides<TestDatabase> databases;
    private final JdbcMigration migration;
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final AtomicLong writes = new AtomicLong();
    private volatile boolean enough;

    SchemaChangeTest(Engine origin, Engine target) {
        databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run("create table parcel (id bigint primary key, name varchar(40), weight " + single(side) + ")");
        }
        databases.origin().run("insert into parcel select n, 'old', 0.1 from (" + origin.numbers(1, PARCELS) + ") x");
        migration = Jdbc.migration(
                        "parcels", databases.origin().pool(), databases.target().pool())
                .records(PARCEL)
                .createTables(true)
                .attestedBy("this test")
                .listener(events::add)
                .build();
    }

    /** The type of numbers of 24 bits, of which MariaDB shows six digits where nothing is done about it. */
    private String single(Side side) {
        return databases.of(side).engine() == Engine.MARIADB ? "float" : "real";
    }

    @AfterEach
    void close() {
        migration.close();
    }

    @ParameterizedTest
    @EnumSource
    void aColumnThatTheCopyHasFirstArrivesFromItsFirstValueOnAndGoesWithoutHarm(Side authority) throws Exception {
        changing(authority, List.of(authority.other(), authority), List.of(authority, authority.other()));
    }

    @ParameterizedTest
    @EnumSource
    void aColumnThatTheCopyLacksForAWhileIsWaitedFor(Side authority) throws Exception {
        changing(authority, List.of(authority, authority.other()), List.of(authority.other(), authority));
    }

    /** Columns come on both sides, in this order, are written, and go on both, in that order; writes go on all the time. */
    private void changing(Side authority, List<Side> comes, List<Side> goes) throws Exception {
        moveTo(authority);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(authority));
        for (Side side : comes) {
            awaitWrites(writing);
            alter(side, "add city varchar(20)", "add height " + single(side));
        }
        awaitWrites(writing);
        for (int id = 1; id <= PARCELS; id++) {
            set(id, "city = ?, height = " + HEIGHT, "city " + id);
        }
        rest("id, name, city, case when height = " + HEIGHT + " then 1 else 0 end");
        for (Side side : goes) {
            awaitWrites(writing);
            alter(side, "drop column city", "drop column height");
        }
        awaitWrites(writing);
        enough = true;
        writing.get(30, TimeUnit.SECONDS);
        rest("id, name");
        assertThat(migration.awaitDrained(Duration.ofSeconds(60))).isTrue();
        assertThat(verified().isClean()).isTrue();
        assertThat(events).noneMatch(Quarantined.class::isInstance);
    }

    private void alter(Side side, String... changes) {
        for (String change : changes) {
            databases.of(side).run("alter table parcel " + change);
        }
    }

    /** The first attempt may be with columns that are gone. */
    private VerifyReport verified() throws Exception {
        try {
            return migration.verify(VerifyPolicy.REPORT);
        } catch (TableScan.ScanException gone) {
            return migration.verify(VerifyPolicy.REPORT);
        }
    }

    private void moveTo(Side authority) throws Exception {
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.moveTo(Stage.SHADOW);
        if (authority == Side.TARGET) {
            assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
            migration.moveTo(Stage.LIVE);
        }
    }

    /** Both sides hold the same once everything has arrived that was written before. */
    private void rest(String columns) {
        String select = "select " + columns + " from parcel where id > 1 order by id";
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(databases.target().rows(select))
                        .isEqualTo(databases.origin().rows(select))
                        .hasSize(PARCELS - 1));
    }

    private void awaitWrites(CompletableFuture<Void> writing) {
        long goal = writes.get() + WRITES_BETWEEN;
        await().atMost(Duration.ofSeconds(60)).until(() -> writes.get() >= goal || writing.isDone());
    }

    /**
     * Writes one record again and again. No change of a schema fails any of it, but where H2 has the authority: it makes a new
     * table, and whoever was at the old one has to try again.
     */
    private void write(Side authority) {
        while (!enough) {
            try {
                set(1, "name = ?", "name " + writes.get());
                writes.incrementAndGet();
            } catch (IllegalStateException failure) {
                if (!databases.of(authority).engine().isH2()) {
                    throw failure;
                }
            }
        }
    }

    private void set(long id, String assignments, String value) {
        try {
            migration.inTransaction(() -> {
                update(migration.dataSource(migration.currentSide()), assignments, value, id);
                migration.changed(PARCEL, id);
            });
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void update(DataSource source, String assignments, String value, long id) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement update =
                        connection.prepareStatement("update parcel set " + assignments + " where id = ?")) {
            update.setString(1, value);
            update.setLong(2, id);
            update.executeUpdate();
        }
    }
}
