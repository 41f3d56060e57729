package io.dualwrite.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class ControlRowsTest {
    private final TestDatabase database;
    private final Place place;
    private final ControlRows control;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    ControlRowsTest(Engine engine) {
        database = engine.create();
        place = new Place(
                "shop",
                Side.ORIGIN,
                database.pool(),
                new Limits(Duration.ofSeconds(5), Duration.ofMillis(100)),
                Pace.real());
        control = new ControlRows(place, false);
    }

    @BeforeEach
    void install() throws SQLException {
        new Schema(place).apply();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void aNewOriginHasTheAuthorityAtOff() {
        assertThat(control.read()).isEqualTo(ControlRow.firstOrigin());
    }

    @Test
    void installingTwiceLeavesARunningMigrationAlone() throws SQLException {
        ControlRow row = control.change(control.read(), control.read().authority(Stage.JOURNAL));
        new Schema(place).apply();
        assertThat(control.read()).isEqualTo(row);
        assertThat(database.count("dualwrite_stripe")).isEqualTo(LibraryTables.STRIPES);
    }

    @Test
    void manyNodesMayInstallAtOnce() throws Exception {
        TestDatabase fresh = database.engine().create();
        List<Future<?>> nodes = new ArrayList<>();
        for (int node = 0; node < 6; node++) {
            nodes.add(threads.submit(() -> {
                Schema.of("shop", Side.TARGET, fresh.pool()).apply();
                return true;
            }));
        }
        for (Future<?> node : nodes) {
            node.get(20, SECONDS);
        }
        assertThat(new ControlRows(new Place("shop", Side.TARGET, fresh.pool(), Limits.DEFAULT, Pace.real()), false)
                        .read())
                .isEqualTo(ControlRow.firstTarget());
        assertThat(fresh.count("dualwrite_stripe")).isEqualTo(LibraryTables.STRIPES);
    }

    @Test
    void missingTablesAndMissingRowsSayWhatToDo() {
        TestDatabase fresh = database.engine().create();
        assertThatThrownBy(() -> new ControlRows(
                                new Place("shop", Side.ORIGIN, fresh.pool(), Limits.DEFAULT, Pace.real()), false)
                        .read())
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("createTables(true)")
                .hasMessageContaining("ORIGIN");
        assertThatThrownBy(() -> new ControlRows(
                                new Place("other", Side.ORIGIN, database.pool(), Limits.DEFAULT, Pace.real()), false)
                        .read())
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("other");
    }

    @Test
    void whereItWasAskedForMissingTablesAreCreatedOnReading() {
        TestDatabase fresh = database.engine().create();
        assertThat(new ControlRows(new Place("shop", Side.TARGET, fresh.pool(), Limits.DEFAULT, Pace.real()), true)
                        .read())
                .isEqualTo(ControlRow.firstTarget());
    }

    @Test
    void aChangeCountsTheVersionUpAndAStaleOneDoesNothing() {
        ControlRow stale = control.read();
        ControlRow now = control.change(stale, stale.authority(Stage.JOURNAL).inGeneration(1));
        assertThat(now).isEqualTo(new ControlRow(Role.AUTHORITY, Stage.JOURNAL, 0, 1, true, 1, null));
        assertThat(control.change(stale, stale.as(Role.CEDED, 9))).isNull();
        assertThat(control.read()).isEqualTo(now);
    }

    @Test
    void ofManyChangesOfOneRowExactlyOneIsMade() throws Exception {
        ControlRow row = control.read();
        List<Future<ControlRow>> changes = new ArrayList<>();
        for (int node = 1; node <= 8; node++) {
            int handover = node;
            changes.add(threads.submit(() -> {
                while (true) {
                    try {
                        return control.change(row, row.as(Role.CEDED, handover));
                    } catch (FenceBusyException busy) {
                        continue;
                    }
                }
            }));
        }
        int made = 0;
        for (Future<ControlRow> change : changes) {
            made += change.get(20, SECONDS) == null ? 0 : 1;
        }
        assertThat(made).isEqualTo(1);
        assertThat(control.read().version()).isEqualTo(1);
    }

    @Test
    void aWriterInFlightKeepsAChangeOutAndItsEndLetsItIn() throws SQLException {
        ControlRow row = control.read();
        try (Connection writer = begin()) {
            assertThat(control.hold(writer).role()).isEqualTo(Role.AUTHORITY);
            assertThatThrownBy(() -> control.change(row, row.closedFor(Duration.ofSeconds(5))))
                    .isInstanceOf(FenceBusyException.class);
            writer.commit();
        }
        assertThat(control.change(row, row.closedFor(Duration.ofSeconds(5)))).isNotNull();
    }

    @Test
    void aWriterThatWentBackToASavepointStillHoldsTheFence() throws SQLException {
        ControlRow row = control.read();
        try (Connection writer = begin()) {
            control.hold(writer);
            Savepoint savepoint = writer.setSavepoint();
            writer.rollback(savepoint);
            assertThatThrownBy(() -> control.change(row, row.closedFor(Duration.ofSeconds(5))))
                    .isInstanceOf(FenceBusyException.class);
            writer.rollback();
        }
    }

    @Test
    void writersDoNotKeepEachOtherOut() throws SQLException {
        try (Connection first = begin();
                Connection second = begin();
                Connection third = begin()) {
            control.hold(first);
            control.hold(second);
            control.hold(third);
            first.rollback();
            second.rollback();
            third.rollback();
        }
    }

    @Test
    void aWriterThatWaitedForAChangeSeesWhatItChanged() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<ControlRow> held;
        try (Session change = place.begin()) {
            change.dialect().holdExclusively(change.run(), place, Duration.ofSeconds(1));
            held = CompletableFuture.supplyAsync(
                    () -> {
                        begun.countDown();
                        return holdOnceNotBusy();
                    },
                    threads);
            begun.await();
            change.run()
                    .update(
                            "update dualwrite_control set role = 'CLOSED', version = version + 1 where side = 'ORIGIN'");
            change.commit();
        }
        assertThat(held.get(10, SECONDS).role()).isEqualTo(Role.CLOSED);
    }

    @Test
    void aWriterWithAnOlderSnapshotIsTurnedAwayOrSeesTheChange() throws SQLException {
        ControlRow row = control.read();
        for (int isolation : new int[] {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE}) {
            ControlRow open = control.read();
            try (Connection writer = database.pool().getConnection()) {
                writer.setTransactionIsolation(isolation);
                writer.setAutoCommit(false);
                try (Statement earlier = writer.createStatement()) {
                    earlier.execute("select * from dualwrite_control");
                }
                ControlRow closed = closeUnlessKeptOut(open);
                try {
                    assertThat(control.join(writer).role()).isEqualTo(closed == null ? Role.AUTHORITY : Role.CLOSED);
                } catch (SQLException turnedAway) {
                    assertThat(control.isBusy(turnedAway)).isTrue();
                }
                writer.rollback();
                if (closed != null) {
                    assertThat(control.change(closed, closed.authority(row.stage())))
                            .isNotNull();
                }
            }
        }
    }

    /** Where a strict reader locks what it reads, the change waits for it; null then. */
    private @Nullable ControlRow closeUnlessKeptOut(ControlRow open) {
        try {
            return control.change(open, open.closedFor(Duration.ofSeconds(5)));
        } catch (FenceBusyException keptOut) {
            return null;
        }
    }

    @Test
    void aDeadlineEndsByTheDatabasesClock() {
        ControlRow row = control.read();
        ControlRow closed = control.change(row, row.closedFor(Duration.ofMinutes(5)));
        assertThat(closed.remaining()).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
        assertThat(closed.isExpired()).isFalse();
        control.change(closed, closed.closedFor(Duration.ofMillis(1)));
        await().until(() -> control.read().isExpired());
    }

    @Test
    void twoMigrationsInOneDatabaseDoNotMeet() throws SQLException {
        Place other = new Place("other", Side.ORIGIN, database.pool(), place.limits(), Pace.real());
        new Schema(other).apply();
        try (Connection writer = begin()) {
            control.hold(writer);
            ControlRows others = new ControlRows(other, false);
            assertThat(others.change(others.read(), others.read().authority(Stage.JOURNAL)))
                    .isNotNull();
            writer.rollback();
        }
        assertThat(control.read()).isEqualTo(ControlRow.firstOrigin());
    }

    /** The row that a writer gets who tries again while others are in the way. */
    private ControlRow holdOnceNotBusy() {
        while (true) {
            try (Connection writer = begin()) {
                ControlRow row = control.hold(writer);
                writer.rollback();
                return row;
            } catch (SQLException failure) {
                if (!control.isBusy(failure)) {
                    throw new IllegalStateException(failure);
                }
            }
        }
    }

    private Connection begin() throws SQLException {
        Connection connection = database.pool().getConnection();
        connection.setAutoCommit(false);
        return connection;
    }
}
