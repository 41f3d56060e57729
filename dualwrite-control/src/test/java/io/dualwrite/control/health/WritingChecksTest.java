package io.dualwrite.control.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.conduct.ConductPlan;
import io.dualwrite.control.conduct.ConductSettings;
import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.conduct.MemoryJourneyStore;
import io.dualwrite.control.conduct.NodeSight;
import io.dualwrite.control.health.Finding.State;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.fence.Pace;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class WritingChecksTest {
    private static final Duration SLOW = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofSeconds(20);

    private TwoDatabases databases;

    @BeforeEach
    void databases() throws Exception {
        databases = new TwoDatabases(1);
        CanaryChecks.createTables(databases.origin);
        CanaryChecks.createTables(databases.origin);
    }

    @AfterEach
    void close() throws Exception {
        databases.close();
    }

    private static Finding found(HealthCheck check) {
        try (HealthBoard board = new HealthBoard(List.of(check))) {
            return board.findings().get(0);
        }
    }

    private static long canaries(DataSource side) throws SQLException {
        try (Connection connection = side.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from dualwrite_canary")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void aCanaryIsWrittenReadAndRemoved() throws Exception {
        TwoDatabases.run(databases.origin, "insert into dualwrite_canary values ('left behind', 0)");
        int before = databases.faultyOrigin.commits();
        HealthCheck check =
                CanaryChecks.database("origin-canary", true, databases.faultyOrigin.dataSource(), SLOW, LONG);
        assertThat(found(check).state()).isEqualTo(State.UP);
        assertThat(databases.faultyOrigin.commits() - before).isEqualTo(2);
        assertThat(canaries(databases.origin)).isZero();
    }

    @Test
    void aSideThatTakesNoWritesIsDownAlthoughItAnswersPings() throws Exception {
        TwoDatabases.run(
                databases.origin, "alter table dualwrite_canary add constraint read_only check (written_at < 0)");
        HealthCheck check = CanaryChecks.database("origin-canary", true, databases.origin, SLOW, LONG);
        assertThat(found(check)).satisfies(finding -> {
            assertThat(finding.state()).isEqualTo(State.DOWN);
            assertThat(finding.why()).contains("[23513]");
        });
        databases.faultyOrigin.connects().failAlways(FaultyDataSource.connectionLost());
        assertThat(found(CanaryChecks.database("away", true, databases.faultyOrigin.dataSource(), SLOW, LONG))
                        .state())
                .isEqualTo(State.DOWN);
    }

    /** As behind a proxy that leads elsewhere: the first connection writes, the second reads, the third removes. */
    @ParameterizedTest
    @CsvSource({"2, what was written was not read back", "3, what was written could not be removed"})
    void aSideWhoseConnectionsLeadToDifferentPlacesIsDown(int elsewhere, String why) throws Exception {
        CanaryChecks.createTables(databases.target);
        AtomicInteger connections = new AtomicInteger();
        DataSource routed = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, given) -> {
                    boolean astray =
                            method.getName().equals("getConnection") && connections.incrementAndGet() == elsewhere;
                    return method.invoke(astray ? databases.target : databases.origin, given);
                });
        assertThat(found(CanaryChecks.database("origin-canary", true, routed, SLOW, LONG)))
                .satisfies(finding -> {
                    assertThat(finding.state()).isEqualTo(State.DOWN);
                    assertThat(finding.why()).isEqualTo(why);
                });
    }

    @Test
    void allChecksTogetherLeaveEveryRecordAsItIsAndNoIntent() throws Exception {
        CanaryChecks.createTables(databases.target);
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.SHADOW);
        List<String> onOrigin = databases.rows(Side.ORIGIN);
        List<String> onTarget = databases.rows(Side.TARGET);
        MigrationChecks checks = new MigrationChecks(migration, LONG, LONG);
        List<HealthCheck> all = new ArrayList<>(checks.all(SLOW, LONG));
        all.add(CanaryChecks.database("origin-canary", true, databases.origin, SLOW, LONG));
        all.add(CanaryChecks.database("target-canary", false, databases.target, SLOW, LONG));
        all.add(ClockChecks.clock("clock", ClockChecks.database(databases.origin), LONG, SLOW, LONG));

        try (HealthBoard board = new HealthBoard(all, Duration.ZERO, Pace.real())) {
            for (int look = 0; look < 3; look++) {
                assertThat(board.findings()).hasSameSizeAs(all);
            }
        } finally {
            checks.close();
        }

        assertThat(databases.rows(Side.ORIGIN)).isEqualTo(onOrigin);
        assertThat(databases.rows(Side.TARGET)).isEqualTo(onTarget);
        assertThat(canaries(databases.origin) + canaries(databases.target)).isZero();
        for (Side side : Side.values()) {
            assertThat(migration.status().sides().of(side).backlog().open()).isZero();
        }
    }

    @Test
    void aCanaryInAStoreLeavesWhatIsNoneAlone() {
        Map<Long, String> items = new ConcurrentHashMap<>();
        AtomicInteger number = new AtomicInteger();
        Store<String, Long> side = Store.<String, Long>of(items::get, text -> items.put(9L, text), items::remove);
        HealthCheck check = CanaryChecks.store(
                "canary",
                false,
                side,
                9L,
                () -> "canary " + number.incrementAndGet(),
                text -> text.startsWith("canary "),
                SLOW,
                LONG);
        assertThat(found(check).state()).isEqualTo(State.UP);
        assertThat(items).isEmpty();
        items.put(9L, "canary left behind");
        assertThat(found(check).state()).isEqualTo(State.UP);
        assertThat(items).isEmpty();
        items.put(9L, "of a user");
        assertThat(found(check).why()).contains("nothing was written");
        assertThat(items).containsEntry(9L, "of a user");
    }

    @Test
    void aStoreThatForgetsOrKeepsIsDown() {
        Store<String, Long> forgets = Store.<String, Long>of(key -> null, text -> {}, key -> {});
        assertThat(found(CanaryChecks.store("canary", false, forgets, 1L, () -> "canary", text -> true, SLOW, LONG))
                        .why())
                .isEqualTo("what was written was not read back");
        Map<Long, String> items = new ConcurrentHashMap<>();
        Store<String, Long> keeps = Store.<String, Long>of(items::get, text -> items.put(1L, text), key -> {});
        assertThat(found(CanaryChecks.store("canary", false, keeps, 1L, () -> "canary", text -> true, SLOW, LONG))
                        .why())
                .isEqualTo("what was written could not be removed");
    }

    @Test
    void clocksThatAreFurtherApartThanTheyMayAreTold() {
        Instant noon = Instant.parse("2026-11-23T12:00:00Z");
        Clock here = Clock.fixed(noon, ZoneOffset.UTC);
        Duration most = Duration.ofSeconds(2);
        assertThat(found(ClockChecks.clock("clock", () -> noon.plusSeconds(2), most, SLOW, LONG, here))
                        .state())
                .isEqualTo(State.UP);
        assertThat(found(ClockChecks.clock("clock", () -> noon.plusMillis(2_001), most, SLOW, LONG, here)))
                .satisfies(finding -> {
                    assertThat(finding.state()).isEqualTo(State.DEGRADED);
                    assertThat(finding.why()).isEqualTo("this node's clock is behind by 2001 ms or more");
                });
        assertThat(found(ClockChecks.clock("clock", () -> noon.minusSeconds(3_600), most, SLOW, LONG, here))
                        .why())
                .isEqualTo("this node's clock is ahead by 3600000 ms or more");
    }

    @Test
    void whatAnAnswerTookOnItsWayIsNoDifference() {
        Instant noon = Instant.parse("2026-11-23T12:00:00Z");
        AtomicInteger asked = new AtomicInteger();
        Clock here = new Clock() {
            @Override
            public Instant instant() {
                // Ten seconds between asking and the answer.
                return noon.plusSeconds(asked.getAndIncrement() * 10L);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        assertThat(found(ClockChecks.clock("clock", () -> noon.plusSeconds(9), Duration.ZERO, SLOW, LONG, here))
                        .state())
                .isEqualTo(State.UP);
    }

    private static void tellsTheTime(DataSource source) throws Exception {
        Instant before = Instant.now().minusSeconds(2);
        assertThat(ClockChecks.database(source).now())
                .isBetween(before, Instant.now().plusSeconds(2));
    }

    @Test
    void aDatabaseTellsTheTime() throws Exception {
        tellsTheTime(databases.origin);
    }

    @Test
    @Tag("matrix")
    void serversTellTheTimeAndTakeCanaries() throws Exception {
        for (DataSource server : List.of(PostgresServer.newSchema(), MariaDbServer.newDatabase())) {
            tellsTheTime(server);
            CanaryChecks.createTables(server);
            assertThat(found(CanaryChecks.database("canary", true, server, SLOW, LONG))
                            .state())
                    .isEqualTo(State.UP);
            assertThat(canaries(server)).isZero();
        }
    }

    @Test
    void aFleetThatDoesNotAgreeIsDegraded() throws Exception {
        MemoryJourneyStore store = new MemoryJourneyStore();
        try (Conductor conductor = Conductor.open(
                databases.node(),
                ConductPlan.defaults().withNodes(2, Duration.ofMinutes(1)),
                store,
                new MemoryStepTimes(),
                ConductSettings.defaults().withPoll(Duration.ofMillis(10)))) {
            HealthCheck check = conductor.fleetCheck(SLOW, LONG);
            assertThat(found(check).why()).contains("of 2 nodes are there");
            AtomicInteger beat = new AtomicInteger();
            TwoDatabases.await().until(() -> {
                store.report("shop", new NodeSight("n2", beat.incrementAndGet(), Stage.LIVE));
                return found(check).why().equals("node n2 is at LIVE and not at OFF");
            });
            TwoDatabases.await().until(() -> {
                store.report("shop", new NodeSight("n2", beat.incrementAndGet(), Stage.OFF));
                return found(check).state() == State.UP;
            });
        }
    }
}
