package io.dualwrite.control.incident;

import static io.dualwrite.control.TwoDatabases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Migration;
import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.TwoDatabases.Item;
import io.dualwrite.control.TwoDatabases.Items;
import io.dualwrite.control.incident.Runbook.Action;
import io.dualwrite.control.incident.Runbook.Done;
import io.dualwrite.control.ramp.Gate;
import io.dualwrite.control.ramp.MemoryRampStore;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.ramp.RampPhase;
import io.dualwrite.control.ramp.RampPlan;
import io.dualwrite.control.ramp.RampSettings;
import io.dualwrite.control.ramp.Shop;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.fence.ControlException;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.ContinuousSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.Unreconciled;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every runbook, exercised: its fault is injected into a real migration, the rule opens the incident, the runbook is walked with
 * everything it says being done, and that resolves it.
 */
@Timeout(120)
class RunbookDrillTest {
    private static final String ANN = "ann";
    private static final String FOREIGN_WRITER = "update item set text = 'past the library' where id = 1";
    private static final String NO_INTENTS =
            "alter table dualwrite_journal add constraint full_disk check (record_type is null)";

    private final Times times = new Times();
    private final MemoryIncidentStore store = new MemoryIncidentStore();
    private final List<AutoCloseable> open = new ArrayList<>();
    private TwoDatabases databases;

    @FunctionalInterface
    private interface Drill {
        void on(RunbookDrillTest test) throws Exception;
    }

    @FunctionalInterface
    private interface Hand {
        void does() throws Exception;
    }

    private static final Map<String, Drill> DRILLS = new LinkedHashMap<>();

    static {
        DRILLS.put("divergence-after-cutover", RunbookDrillTest::divergence);
        DRILLS.put("authority-forced", RunbookDrillTest::forced);
        DRILLS.put("handover-stuck", RunbookDrillTest::stuck);
        DRILLS.put(MigrationRules.JOURNAL_UNWRITABLE, RunbookDrillTest::unwritable);
        DRILLS.put("ramp-rolled-back", RunbookDrillTest::rolledBack);
        DRILLS.put("breaker-open", RunbookDrillTest::breakerOpen);
        DRILLS.put("backlog-old", RunbookDrillTest::backlogOld);
        DRILLS.put("mismatch-confirmed", RunbookDrillTest::mismatch);
        DRILLS.put("server-changed", RunbookDrillTest::serverChanged);
        DRILLS.put("quarantined", RunbookDrillTest::quarantined);
        DRILLS.put("verification-behind", RunbookDrillTest::verificationBehind);
        DRILLS.put("ramp-held", RunbookDrillTest::rampHeld);
        DRILLS.put("flag-failing", RunbookDrillTest::flagFailing);
        DRILLS.put("review-overdue", RunbookDrillTest::reviewOverdue);
    }

    static List<String> rules() {
        return MigrationRules.all(Objectives.defaults()).stream()
                .map(IncidentRule::name)
                .toList();
    }

    @BeforeEach
    void databases() throws Exception {
        databases = new TwoDatabases(3);
    }

    @AfterEach
    void close() throws Exception {
        for (int at = open.size() - 1; at >= 0; at--) {
            open.get(at).close();
        }
        databases.close();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void itsFaultOpensTheIncidentAndItsStepsResolveIt(String rule) throws Exception {
        Drill drill = DRILLS.get(rule);
        assertThat(drill).as("a drill for " + rule).isNotNull();
        drill.on(this);
        assertThat(store.open("shop")).extracting(Incident::rule).doesNotContain(rule);
        List<Incident> all = store.all("shop");
        assertThat(all).extracting(Incident::rule).contains(rule);
    }

    private IncidentDesk desk(Migration migration, Objectives objectives, Supplier<RampPhase> ramp) {
        EscalationMatrix.Builder matrix = EscalationMatrix.builder();
        MigrationRules.components()
                .forEach(component -> matrix.component(component, new Contacts("ann", "bob", "#shop")));
        IncidentDesk desk = IncidentDesk.byHand(
                migration,
                MigrationRules.all(objectives),
                matrix.build(),
                store,
                IncidentSettings.defaults().withNode("n1").withClock(times).withRamp(ramp));
        open.add(desk);
        return desk;
    }

    private IncidentDesk desk(Migration migration) {
        return desk(migration, Objectives.defaults(), () -> RampPhase.OFF);
    }

    private static List<MigrationEvent> events(Migration migration) {
        List<MigrationEvent> events = new CopyOnWriteArrayList<>();
        migration.listen(events::add);
        return events;
    }

    /** Walks the runbook of the incident that its rule has opened; answers and hands are by the texts of the runbook. */
    private void walked(IncidentDesk desk, String rule, Map<String, Boolean> answers, Map<String, Hand> hands)
            throws Exception {
        desk.look();
        Incident incident = desk.open().stream()
                .filter(each -> each.rule().equals(rule))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the fault did not open an incident of " + rule));
        desk.acknowledge(incident.id(), ANN);
        Walkthrough walk = desk.begin(incident.id(), ANN);
        while (!(walk.at() instanceof Done)) {
            String told = walk.told();
            if (walk.at() instanceof Action) {
                Hand hand = hands.get(told);
                assertThat(hand).as("somebody who can do: " + told).isNotNull();
                hand.does();
                walk.did();
            } else {
                assertThat(answers).as("an answer to: " + told).containsKey(told);
                walk.answer(answers.get(told));
            }
        }
        // What has happened once holds for ten minutes.
        times.later(Duration.ofMinutes(11));
        await().until(() -> !desk.holdsNow(rule));
        assertThat(walk.end()).isTrue();
        times.later(IncidentDesk.CLEARED_AFTER.plusSeconds(1));
        desk.look();
        for (Incident mitigated : desk.open()) {
            if (mitigated.rule().equals(rule)) {
                assertThat(mitigated.mitigatedAt()).isNotNull();
                desk.resolve(mitigated.id(), ANN, "the runbook was walked");
            }
        }
        assertThat(desk.runbook(rule)).contains("Last exercised: 2026-11-2").contains(" by ann");
    }

    private static void clean(Migration migration) throws Exception {
        boolean clean = false;
        for (int passes = 0; passes < 5 && !clean; passes++) {
            clean = migration.verify(VerifyPolicy.REPAIR).isClean();
        }
        assertThat(clean).isTrue();
    }

    private void mismatch() throws Exception {
        JdbcMigration shop = databases.node();
        TwoDatabases.bring(shop, Stage.SHADOW);
        IncidentDesk desk = desk(shop);
        databases.run(Side.TARGET, FOREIGN_WRITER);
        shop.verify(VerifyPolicy.REPORT);
        walked(
                desk,
                "mismatch-confirmed",
                Map.of("Does a program write past the library?", true),
                Map.of(
                        "Stop it, or bring it under the library.",
                        () -> assertThat(databases.rows(Side.TARGET)).contains("1=past the library"),
                        "Run `repair`, then `verify`.",
                        () -> clean(shop)));
        assertThat(databases.rows(Side.TARGET)).contains("1=first");
    }

    private void divergence() throws Exception {
        JdbcMigration shop = databases.node();
        TwoDatabases.bring(shop, Stage.LIVE);
        IncidentDesk desk = desk(shop);
        TwoDatabases.items(shop).save(new Item(2, "at the target"));
        assertThat(shop.awaitDrained(Duration.ofSeconds(10))).isTrue();
        databases.run(Side.ORIGIN, FOREIGN_WRITER);
        shop.verify(VerifyPolicy.REPORT);
        walked(
                desk,
                "divergence-after-cutover",
                Map.of(
                        "Do the differing records name a program that writes past the library?", false,
                        "Do users see wrong data?", true),
                Map.of(
                        "Run `rollback`: the origin has every write since the switch.",
                        () -> shop.moveTo(Stage.SHADOW),
                        "Find out with `verify` which fields differ.",
                        () -> {
                            assertThat(shop.verify(VerifyPolicy.REPORT).fields())
                                    .containsKey("item.text");
                            clean(shop);
                        }));
        assertThat(databases.rows(Side.ORIGIN)).contains("2=at the target");
    }

    private void forced() throws Exception {
        JdbcMigration shop = databases.node();
        TwoDatabases.bring(shop, Stage.LIVE);
        IncidentDesk desk = desk(shop);
        databases.faultyOrigin.connects().failAlways(FaultyDataSource.connectionLost());
        TwoDatabases.items(shop).save(new Item(2, "not handed on"));
        databases.faultyTarget.connects().failAlways(FaultyDataSource.connectionLost());
        databases.faultyOrigin.connects().heal();
        await().ignoreExceptionsInstanceOf(ControlException.class).until(() -> {
            shop.forceRollback(ANN);
            return true;
        });
        databases.faultyTarget.connects().heal();
        walked(
                desk,
                "authority-forced",
                Map.of("Can the lost side be reached again?", true),
                Map.of(
                        "Work off `unreconciled(n)`: `takeFromLost` or `dropFromLost` for each record.",
                        () -> {
                            await().ignoreExceptions()
                                    .until(() -> !shop.unreconciled(10).isEmpty());
                            shop.takeFromLost(shop.unreconciled(10).stream()
                                    .map(Unreconciled::record)
                                    .toList());
                        },
                        "Call `readopt()`, then fill and verify it anew.",
                        () -> {
                            shop.readopt();
                            shop.backfill();
                            clean(shop);
                        }));
        assertThat(databases.rows(Side.ORIGIN)).contains("2=not handed on");
    }

    private void stuck() throws Exception {
        JdbcMigration shop = databases.node();
        TwoDatabases.bring(shop, Stage.SHADOW);
        IncidentDesk desk = desk(shop);
        shop.listen(event -> {
            if (event instanceof HandoverStep step && step.step().equals("ceded")) {
                databases.faultyTarget.connects().failAlways(FaultyDataSource.connectionLost());
            }
        });
        assertThatThrownBy(() -> shop.moveTo(Stage.LIVE)).isInstanceOf(ControlException.class);
        assertThat(shop.stage()).isEqualTo(Stage.FROZEN);
        walked(
                desk,
                "handover-stuck",
                Map.of("Can the heir's database be brought back?", true),
                Map.of(
                        "Bring that database back: network, disk, locks, in this order.",
                        () -> databases.faultyTarget.connects().heal()));
        assertThat(shop.stage()).isEqualTo(Stage.LIVE);
        TwoDatabases.items(shop).save(new Item(2, "writes are accepted"));
    }

    private void unwritable() throws Exception {
        JdbcMigration shop = databases.node();
        TwoDatabases.bring(shop, Stage.DUAL_WRITE);
        Items items = TwoDatabases.items(shop);
        IncidentDesk desk = desk(shop);
        databases.run(Side.ORIGIN, NO_INTENTS);
        assertThatThrownBy(() -> items.save(new Item(2, "newer"))).isInstanceOf(Exception.class);
        desk.raise(MigrationRules.JOURNAL_UNWRITABLE);
        walked(
                desk,
                MigrationRules.JOURNAL_UNWRITABLE,
                Map.of("Is the authority's database read-only or out of space?", true),
                Map.of(
                        "Give it space, or make its primary writable.",
                        () -> databases.run(Side.ORIGIN, "alter table dualwrite_journal drop constraint full_disk")));
        items.save(new Item(2, "newer"));
        assertThat(databases.rows(Side.ORIGIN)).contains("2=newer");
    }

    private RampControl ramp(Migration migration, RampPlan plan) {
        RampControl ramp = RampControl.open(
                migration,
                plan,
                new MemoryRampStore(),
                RampSettings.defaults().withNode("n1").withPoll(Duration.ofMillis(10)));
        open.add(ramp);
        return ramp;
    }

    private void rolledBack() throws Exception {
        Shop shop = new Shop(0);
        open.add(shop);
        RampControl ramp = ramp(
                shop.items.migration(), RampPlan.defaults().withCoolDown(Duration.ofMillis(1), Duration.ofMillis(1)));
        IncidentDesk desk = desk(
                shop.items.migration(),
                Objectives.defaults(),
                () -> ramp.state().phase());
        ramp.begin(ANN);
        shop.behaviour = Shop.Behaviour.FAILS;
        await().until(() -> {
            shop.read(1_000);
            return ramp.state().phase() == RampPhase.ROLLED_BACK;
        });
        walked(
                desk,
                "ramp-rolled-back",
                Map.of(),
                Map.of(
                        "Read `audit()`: its last entry names the gate and the evidence.",
                        () -> assertThat(ramp.audit()
                                        .get(ramp.audit().size() - 1)
                                        .why())
                                .containsAnyOf("failures in a row", "ERRORS", "errors FAIL"),
                        "Mend what it names; `resume(who)` after the cool-down.",
                        () -> {
                            shop.behaviour = Shop.Behaviour.GOOD;
                            await().ignoreExceptions().until(() -> {
                                ramp.resume(ANN);
                                return true;
                            });
                        }));
    }

    private void rampHeld() throws Exception {
        Shop shop = new Shop(0);
        open.add(shop);
        AtomicBoolean broken = new AtomicBoolean(true);
        RampControl ramp = ramp(
                shop.items.migration(),
                RampPlan.defaults()
                        .withGate(Gate.atMost(
                                "orders waiting",
                                () -> {
                                    if (broken.get()) {
                                        throw new SQLException("no route", "08001");
                                    }
                                    return 0;
                                },
                                1)));
        IncidentDesk desk = desk(
                shop.items.migration(),
                Objectives.defaults(),
                () -> ramp.state().phase());
        ramp.begin(ANN);
        await().until(() -> ramp.state().phase() == RampPhase.HELD);
        walked(
                desk,
                "ramp-held",
                Map.of("Does its state say that a gate could not be asked?", true),
                Map.of("Mend what the gate asks, then `resume(who)`.", () -> {
                    broken.set(false);
                    ramp.resume(ANN);
                }));
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
    }

    private void breakerOpen() throws Exception {
        JdbcMigration shop = databases.node(builder -> builder.copyBreaker(TwoDatabases.quick())
                .relay(RelaySettings.defaults()
                        .withPoll(Duration.ofMillis(10))
                        .withAttempts(10, Duration.ofMillis(5), Duration.ofMillis(20))));
        TwoDatabases.bring(shop, Stage.SHADOW);
        IncidentDesk desk = desk(shop);
        List<MigrationEvent> events = events(shop);
        databases.faultyTarget.connects().failAlways(FaultyDataSource.connectionLost());
        TwoDatabases.items(shop).save(new Item(2, "while it is away"));
        await().until(() -> events.contains(new BreakerMoved("OPEN")));
        times.later(Duration.ofMinutes(3));
        // It is tried again and again; the facts that answer the first question are fresh.
        await().until(() -> desk.factsNow().seenWithin(TransferFailed.class, Duration.ofMinutes(2)));
        walked(
                desk,
                "breaker-open",
                Map.of("Is the copy's database up, and can this application log in?", false),
                Map.of(
                        "Bring it back. Writes go on meanwhile; their intents are kept.",
                        () -> databases.faultyTarget.connects().heal()));
        assertThat(shop.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(databases.rows(Side.TARGET)).contains("2=while it is away");
    }

    private void verificationBehind() throws Exception {
        JdbcMigration shop = databases.node(builder -> builder.copyBreaker(TwoDatabases.quick())
                .relay(RelaySettings.defaults()
                        .withPoll(Duration.ofMillis(10))
                        .withAttempts(10, Duration.ofMillis(5), Duration.ofMillis(20)))
                .verifyContinuously(ContinuousSettings.defaults()));
        IncidentDesk desk = desk(
                shop,
                new Objectives(Duration.ofMinutes(5), Duration.ofHours(5), Duration.ofMillis(1)),
                () -> RampPhase.OFF);
        List<MigrationEvent> events = events(shop);
        TwoDatabases.bring(shop, Stage.SHADOW);
        await().until(() -> events.stream().anyMatch(RoundVerified.class::isInstance));
        databases.faultyTarget.connects().failAlways(FaultyDataSource.connectionLost());
        TwoDatabases.items(shop).save(new Item(2, "while it is away"));
        await().until(() -> {
            times.later(Duration.ofMillis(10));
            return desk.holdsNow("verification-behind")
                    && !desk.factsNow().breakerOpenFor().isZero();
        });
        walked(
                desk,
                "verification-behind",
                Map.of(),
                Map.of("See the runbook of breaker-open: it waits for the copy.", () -> {
                    databases.faultyTarget.connects().heal();
                    assertThat(shop.awaitDrained(Duration.ofSeconds(10))).isTrue();
                    // Nothing is left to verify: the lag is that of a migration whose copy follows no more.
                    shop.moveTo(Stage.OFF);
                }));
    }

    private void backlogOld() throws Exception {
        JdbcMigration writing = databases.node();
        TwoDatabases.bring(writing, Stage.DUAL_WRITE);
        Items items = TwoDatabases.items(writing);
        // No node relays any more; the application goes on writing.
        writing.close();
        items.save(new Item(2, "nobody brings it over"));
        IncidentDesk desk = desk(
                writing,
                new Objectives(Duration.ofMillis(20), Duration.ofMinutes(2), Duration.ofDays(1)),
                () -> RampPhase.OFF);
        await().until(() -> writing.backlog().oldest().compareTo(Duration.ofMillis(30)) > 0);
        walked(desk, "backlog-old", Map.of("Is a node with a relay running?", false), Map.of("Start one.", () -> {
            databases.node();
            assertThat(writing.awaitDrained(Duration.ofSeconds(10))).isTrue();
        }));
        assertThat(databases.rows(Side.TARGET)).contains("2=nobody brings it over");
    }

    private void serverChanged() throws Exception {
        JdbcMigration shop = databases.node();
        TwoDatabases.bring(shop, Stage.SHADOW);
        IncidentDesk desk = desk(shop);
        // As if connections led elsewhere from now on: what is known is another server.
        databases.run(Side.TARGET, "update dualwrite_server set identity = 'before', adoptions = adoptions + 1");
        await().until(() -> desk.holdsNow("server-changed"));
        TwoDatabases.items(shop).save(new Item(2, "transfers rest"));
        walked(
                desk,
                "server-changed",
                Map.of("Is it the right one, after a failover or a restore?", true),
                Map.of(
                        "Find out whether it lost acknowledged writes.",
                        () -> assertThat(databases.rows(Side.TARGET)).contains("2=first"),
                        "`adoptServer(side, who)`, then `verify`.",
                        () -> {
                            shop.adoptServer(Side.TARGET, ANN);
                            assertThat(shop.awaitDrained(Duration.ofSeconds(10)))
                                    .isTrue();
                            clean(shop);
                        }));
        assertThat(databases.rows(Side.TARGET)).contains("2=transfers rest");
    }

    private void quarantined() throws Exception {
        JdbcMigration shop = databases.node(builder -> builder.relay(RelaySettings.defaults()
                .withPoll(Duration.ofMillis(10))
                .withAttempts(1, Duration.ofMillis(5), Duration.ofMillis(5))));
        TwoDatabases.bring(shop, Stage.SHADOW);
        IncidentDesk desk = desk(shop);
        List<MigrationEvent> events = events(shop);
        databases.run(Side.TARGET, "alter table item alter column text varchar(10)");
        TwoDatabases.items(shop).save(new Item(2, "longer than ten characters"));
        await().until(() -> desk.holdsNow("quarantined") && events.stream().anyMatch(Quarantined.class::isInstance));
        walked(
                desk,
                "quarantined",
                Map.of("Does the fault name a constraint or a type?", true),
                Map.of(
                        "Mend the constraint, the column or the mapping.",
                        () -> databases.run(Side.TARGET, "alter table item alter column text varchar(40)"),
                        "`release(record)` each.",
                        () -> {
                            events.stream()
                                    .filter(Quarantined.class::isInstance)
                                    .forEach(event -> shop.release(((Quarantined) event).record()));
                            assertThat(shop.awaitDrained(Duration.ofSeconds(10)))
                                    .isTrue();
                        }));
        assertThat(databases.rows(Side.TARGET)).contains("2=longer than ten characters");
    }

    private void flagFailing() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        JdbcMigration shop = databases.node(builder -> builder.stage(() -> {
                    if (broken.get()) {
                        throw new IllegalStateException("the flag service is down");
                    }
                    return Stage.OFF;
                })
                .flagPoll(Duration.ofMillis(10)));
        IncidentDesk desk = desk(shop);
        await().until(() -> shop.wish().isPresent());
        broken.set(true);
        await().until(() -> desk.holdsNow("flag-failing"));
        walked(
                desk,
                "flag-failing",
                Map.of(),
                Map.of("Mend the flag or its source. Nothing moves by it meanwhile.", () -> {
                    assertThat(shop.stage()).isEqualTo(Stage.OFF);
                    broken.set(false);
                    // The last failure may be under way.
                    shop.refresh();
                }));
    }

    private void reviewOverdue() throws Exception {
        JdbcMigration shop = databases.node();
        IncidentDesk desk = desk(shop);
        desk.raise(MigrationRules.JOURNAL_UNWRITABLE);
        Incident first = desk.open().get(0);
        desk.resolve(first.id(), ANN, "it was a drill");
        ActionItem item = desk.addAction(
                first.id(), ANN, "alert on free space", "bob", times.instant().plus(Duration.ofDays(1)));
        times.later(Duration.ofDays(1).plusMinutes(1));
        walked(
                desk,
                "review-overdue",
                Map.of("Is it an action item?", true),
                Map.of(
                        "`openActions()` lists them with their owners: have it done, or hand it on with a new date,"
                                + " through `changeAction(item, who)`.",
                        () -> {
                            assertThat(desk.openActions()).containsExactly(item);
                            desk.changeAction(item.done(times.instant()), ANN);
                            desk.look();
                        }));
        assertThat(desk.openActions()).isEmpty();
    }

    @Test
    void everyDrillIsForARuleThatIsShipped() {
        assertThat(DRILLS.keySet()).containsExactlyInAnyOrderElementsOf(rules());
    }
}
