package io.dualwrite.control.conduct;

import static io.dualwrite.control.TwoDatabases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.TwoDatabases.HandPace;
import io.dualwrite.control.TwoDatabases.Item;
import io.dualwrite.control.TwoDatabases.Items;
import io.dualwrite.control.conduct.Journey.Phase;
import io.dualwrite.control.rollback.Estimate;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.control.rollback.RollbackOptions;
import io.dualwrite.control.rollback.RollbackRun;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class ConductorTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final ConductPlan PLAN = ConductPlan.defaults()
            .withSoak(Stage.SHADOW, Duration.ZERO)
            .withSoak(Stage.LIVE, Duration.ZERO)
            .withSoak(Stage.RAMP_DOWN, Duration.ZERO)
            .withApprovals(Set.of())
            .withRollback(RollbackOptions.defaults().withPatience(Duration.ofMillis(200)));
    private static final String NO_INTENTS =
            "alter table dualwrite_journal add constraint closed check (record_type is null)";
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);

    private final HandPace pace = new HandPace();
    private final MemoryStepTimes times = new MemoryStepTimes();
    private final List<Conductor> conductors = new ArrayList<>();
    private TwoDatabases databases;
    private JourneyStore store;

    @BeforeEach
    void databases() throws Exception {
        databases = new TwoDatabases(5);
        store = JdbcJourneyStoreTest.on(databases.third());
    }

    @AfterEach
    void close() throws Exception {
        conductors.forEach(Conductor::close);
        databases.close();
    }

    private Conductor conductor(JdbcMigration migration, ConductPlan plan, String node) {
        return conductor(migration, plan, node, store);
    }

    private Conductor conductor(JdbcMigration migration, ConductPlan plan, String node, JourneyStore in) {
        ConductSettings settings = ConductSettings.defaults().withNode(node).withTime(pace, CLOCK);
        Conductor conductor = Conductor.byHand(migration, plan, in, times, settings);
        conductors.add(conductor);
        return conductor;
    }

    private Conductor at(Stage stage, ConductPlan plan) throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, stage);
        Conductor conductor = conductor(migration, plan, "n1");
        conductor.look();
        return conductor;
    }

    private void look(Conductor conductor, int often) throws Exception {
        for (int time = 0; time < often; time++) {
            pace.later(Duration.ofSeconds(1));
            conductor.look();
        }
    }

    private static List<String> gates(List<GateFinding> against) {
        return against.stream().map(GateFinding::gate).toList();
    }

    private static String reasons(List<GateFinding> against) {
        return against.toString();
    }

    @Test
    void itWalksStepByStepAsSoonAsGatesHoldAndWritesDownWhoAndWhy() throws Exception {
        JdbcMigration migration = databases.node();
        Conductor conductor = conductor(migration, PLAN, "n1");
        conductor.look();
        assertThat(conductor.travel(Stage.RAMP_DOWN, "ann")).isEmpty();
        look(conductor, 4);
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
        assertThat(reasons(conductor.against())).contains("stores", "run backfill()");
        migration.backfill();
        look(conductor, 3);
        assertThat(migration.stage()).isEqualTo(Stage.SHADOW);
        assertThat(reasons(conductor.against())).contains("no clean verification");
        migration.verify(VerifyPolicy.REPAIR);
        look(conductor, 4);
        assertThat(migration.stage()).isEqualTo(Stage.RAMP_DOWN);
        assertThat(conductor.state().phase()).isEqualTo(Phase.RESTING);
        look(conductor, 2);
        assertThat(migration.stage()).isEqualTo(Stage.RAMP_DOWN);

        assertThat(conductor.audit())
                .extracting(entry -> entry.who() + " " + entry.what().replaceAll(" in \\d+ ms", ""))
                .containsSubsequence(
                        "n1 first seen at OFF",
                        "ann sets out for RAMP_DOWN",
                        "n1 steps from OFF to JOURNAL",
                        "n1 came from OFF to JOURNAL",
                        "n1 steps from SHADOW to LIVE",
                        "n1 came from SHADOW to LIVE",
                        "n1 came from LIVE to RAMP_DOWN");
        assertThat(Estimate.of("SHADOW → LIVE", times.of("shop")).count()).isEqualTo(1);
        assertThat(Estimate.of("SHADOW → LIVE: writers wait", times.of("shop")).count())
                .isEqualTo(1);
    }

    @Test
    void aSwitchIsRefusedWithEveryReasonThatTheStoresHave() throws Exception {
        JdbcMigration migration = databases.node(builder -> builder.handover(
                        new HandoverSettings(Duration.ofSeconds(20), Duration.ofMillis(1), 200, Duration.ofMillis(20)))
                .relay(RelaySettings.defaults()
                        .withPoll(Duration.ofMillis(20))
                        .withAttempts(1, Duration.ofMillis(10), Duration.ofMillis(10))));
        TwoDatabases.bring(migration, Stage.SHADOW);
        databases.run(Side.TARGET, "update item set text = 'drifted' where id = 1");
        migration.verify(VerifyPolicy.REPAIR);
        Items items = TwoDatabases.items(migration);
        databases.run(Side.TARGET, "alter table item alter column text varchar(10)");
        databases.run(Side.TARGET, NO_INTENTS);
        items.save(new Item(9, "longer than ten characters"));
        await().until(() -> migration.backlog().quarantined() == 1);
        try (Connection inTheWay = databases.target.getConnection();
                Statement statement = inTheWay.createStatement()) {
            inTheWay.setAutoCommit(false);
            statement.execute("update item set text = 'locked' where id = 3");
            items.save(new Item(3, "left open"));

            ConductPlan plan = PLAN.withApprovals(Set.of(Stage.LIVE)).withNodes(2, MINUTE);
            Conductor conductor = conductor(migration, plan, "n1");
            conductor.look();
            List<GateFinding> against = conductor.travel(Stage.LIVE, "ann");
            assertThat(gates(against)).containsExactly("fleet", "approval", "stores");
            assertThat(reasons(against))
                    .contains("1 of 2 nodes are there", "nobody has approved of LIVE")
                    .contains("no clean verification since the last repair", "1 intents are quarantined")
                    .contains("intents open, the oldest for", "the TARGET", "[23513]");
            look(conductor, 3);
            assertThat(migration.stage()).isEqualTo(Stage.SHADOW);
            inTheWay.rollback();
        }
    }

    @Test
    void aTargetThatCouldNotTakeOverIsAReason() throws Exception {
        Conductor conductor = at(Stage.SHADOW, PLAN);
        databases.run(Side.TARGET, NO_INTENTS);
        assertThat(reasons(conductor.travel(Stage.LIVE, "ann"))).contains("stores", "TARGET");
        look(conductor, 2);
        assertThat(conductor.state().at()).isEqualTo(Stage.SHADOW);
        databases.run(Side.TARGET, "alter table dualwrite_journal drop constraint closed");
        look(conductor, 1);
        assertThat(conductor.state().at()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aSwitchAndCompletionWaitForAPerson() throws Exception {
        Conductor conductor = at(Stage.SHADOW, PLAN.withApprovals(Set.of(Stage.LIVE)));
        assertThat(gates(conductor.travel(Stage.COMPLETE, "ann"))).containsExactly("approval");
        look(conductor, 2);
        assertThat(conductor.state().at()).isEqualTo(Stage.SHADOW);
        conductor.approve(Stage.LIVE, "bob");
        look(conductor, 3);
        assertThat(conductor.state().at()).isEqualTo(Stage.RAMP_DOWN);
        assertThat(gates(conductor.against())).containsExactly("approval");
        conductor.approve(Stage.COMPLETE, "bob");
        look(conductor, 1);
        assertThat(conductor.state().at()).isEqualTo(Stage.COMPLETE);
        assertThatThrownBy(() -> conductor.abort("ann", "too late"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no way back");
    }

    @Test
    void whatWasApprovedHoldsNoLongerOnceItHasGoneBack() throws Exception {
        Conductor conductor = at(Stage.LIVE, PLAN.withApprovals(Set.of(Stage.LIVE)));
        conductor.approve(Stage.COMPLETE, "bob");
        assertThat(conductor.abort("ann", "slow").complete()).isTrue();
        assertThat(conductor.state().approvals()).isEmpty();
        assertThat(conductor.state().at()).isEqualTo(Stage.DUAL_WRITE);
    }

    @Test
    void aStageIsWatchedForAsLongAsItShouldAndOnlyTimeInWhichSomebodyLookedCounts() throws Exception {
        Conductor conductor = at(Stage.SHADOW, PLAN.withSoak(Stage.SHADOW, Duration.ofSeconds(30)));
        conductor.travel(Stage.LIVE, "ann");
        look(conductor, 20);
        assertThat(reasons(conductor.against())).contains("SHADOW was watched for");
        // It slept: three looks' worth is the most that counts of it.
        pace.later(Duration.ofHours(5));
        look(conductor, 1);
        assertThat(conductor.state().at()).isEqualTo(Stage.SHADOW);
        look(conductor, 15);
        assertThat(conductor.state().at()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aDifferenceBeginsTheWatchAnew() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.SHADOW);
        Conductor conductor = conductor(migration, PLAN.withSoak(Stage.SHADOW, Duration.ofSeconds(30)), "n1");
        conductor.look();
        conductor.travel(Stage.LIVE, "ann");
        look(conductor, 25);
        databases.run(Side.TARGET, "update item set text = 'drifted' where id = 1");
        assertThat(migration.verify(VerifyPolicy.REPAIR).confirmed()).isEqualTo(1);
        migration.verify(VerifyPolicy.REPAIR);
        look(conductor, 20);
        assertThat(conductor.state().at()).isEqualTo(Stage.SHADOW);
        assertThat(conductor.audit()).extracting(JourneyEntry::what).contains("watched anew: MismatchConfirmed");
        look(conductor, 20);
        assertThat(conductor.state().at()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aQuarantinedRecordAndAnotherServerBeginTheWatchAnew() throws Exception {
        JdbcMigration migration = databases.node(builder -> builder.relay(RelaySettings.defaults()
                .withPoll(Duration.ofMillis(20))
                .withAttempts(1, Duration.ofMillis(10), Duration.ofMillis(10))));
        TwoDatabases.bring(migration, Stage.SHADOW);
        Conductor conductor = conductor(migration, PLAN.withSoak(Stage.SHADOW, Duration.ofHours(1)), "n1");
        List<Class<?>> heard = new CopyOnWriteArrayList<>();
        migration.listen(event -> heard.add(event.getClass()));
        look(conductor, 15);
        assertThat(conductor.state().soaked()).isPositive();
        databases.run(Side.TARGET, "alter table item alter column text varchar(10)");
        TwoDatabases.items(migration).save(new Item(2, "longer than ten characters"));
        await().until(() -> heard.contains(Quarantined.class));
        look(conductor, 1);
        assertThat(conductor.state().soaked()).isZero();
        look(conductor, 15);
        assertThat(conductor.state().soaked()).isPositive();
        databases.run(Side.TARGET, "update dualwrite_server set identity = 'before', adoptions = adoptions + 1");
        await().until(() -> heard.contains(ServerChanged.class));
        look(conductor, 1);
        assertThat(conductor.state().soaked()).isZero();
        assertThat(conductor.audit())
                .extracting(JourneyEntry::what)
                .containsSubsequence("watched anew: Quarantined", "watched anew: ServerChanged");
    }

    @Test
    void watchedTimeIsKeptWhenANodeIsReplacedAndNotCountedTwiceByTwo() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.SHADOW);
        ConductPlan plan = PLAN.withSoak(Stage.SHADOW, Duration.ofSeconds(60));
        Conductor first = conductor(migration, plan, "n1");
        Conductor second = conductor(migration, plan, "n2");
        first.look();
        second.look();
        for (int second1 = 0; second1 < 30; second1++) {
            pace.later(Duration.ofSeconds(1));
            first.look();
            second.look();
        }
        assertThat(store.read("shop").soaked()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
        first.close();
        second.close();
        Conductor third = conductor(migration, plan, "n3");
        third.look();
        third.travel(Stage.LIVE, "ann");
        look(third, 25);
        assertThat(third.state().at()).isEqualTo(Stage.SHADOW);
        look(third, 30);
        assertThat(third.state().at()).isEqualTo(Stage.LIVE);
    }

    @Test
    void noStepForwardBeforeAllNodesAreThereAndOfOneOpinion() throws Exception {
        JdbcMigration one = databases.node();
        TwoDatabases.bring(one, Stage.SHADOW);
        JdbcMigration other = databases.node();
        ConductPlan plan = PLAN.withNodes(2, MINUTE);
        Conductor first = conductor(one, plan, "n1");
        Conductor second = conductor(other, plan, "n2");
        first.look();
        first.travel(Stage.LIVE, "ann");
        look(first, 1);
        assertThat(reasons(first.against())).contains("1 of 2 nodes are there");
        other.refresh();
        second.look();
        look(first, 1);
        assertThat(reasons(first.against())).contains("node n2 was not heard again yet");
        store.report("shop", new NodeSight("n3", 1, Stage.DUAL_WRITE));
        look(first, 1);
        store.report("shop", new NodeSight("n3", 2, Stage.DUAL_WRITE));
        second.look();
        assertThat(one.stage()).isEqualTo(Stage.SHADOW);
        look(first, 1);
        assertThat(reasons(first.against())).contains("node n3 is at DUAL_WRITE and not at SHADOW");
        assertThat(first.fleetDisagreements()).containsExactly("node n3 is at DUAL_WRITE and not at SHADOW");
        // It is gone for good, and holds nobody up after a while.
        pace.later(MINUTE.plusSeconds(1));
        second.look();
        look(first, 1);
        assertThat(one.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aNodeThatIsGoneForLongIsTakenOffTheList() throws Exception {
        Conductor conductor = at(Stage.OFF, PLAN.withNodes(1, MINUTE));
        store.report("shop", new NodeSight("gone", 1, Stage.OFF));
        look(conductor, 1);
        pace.later(MINUTE.multipliedBy(11));
        look(conductor, 1);
        assertThat(store.sights("shop")).extracting(NodeSight::node).containsExactly("n1");
    }

    @Test
    void whatIsHeldMakesNoStepUntilSomebodyLetsItGoOn() throws Exception {
        Conductor conductor = at(Stage.SHADOW, PLAN);
        assertThat(conductor.hold("bob", "a release is under way").step()).isNull();
        look(conductor, 2);
        assertThatThrownBy(() -> conductor.travel(Stage.LIVE, "ann"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("held by bob: a release is under way");
        conductor.resume("bob");
        conductor.travel(Stage.LIVE, "ann");
        conductor.hold("bob", "again");
        look(conductor, 2);
        assertThat(conductor.state().at()).isEqualTo(Stage.SHADOW);
        conductor.resume("bob");
        look(conductor, 1);
        assertThat(conductor.state().at()).isEqualTo(Stage.LIVE);
        assertThatThrownBy(() -> conductor.resume("bob")).hasMessageContaining("it is not held");
        assertThatThrownBy(() -> conductor.hold(" ", "why")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"OFF", "JOURNAL", "DUAL_WRITE", "SHADOW", "LIVE", "RAMP_DOWN"})
    void anAbortLeadsBackFromEverywhereAndKeepsEveryWrite(Stage stage) throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, stage);
        Conductor conductor = conductor(migration, PLAN.abortingTo(Stage.OFF), "n1");
        conductor.look();
        TwoDatabases.items(migration).save(new Item(2, "written at " + stage));
        RollbackRun run = conductor.abort("ann", "users complain");
        assertThat(run.against()).isEmpty();
        assertThat(run.complete()).isTrue();
        assertThat(migration.stage()).isEqualTo(Stage.OFF);
        assertThat(conductor.state().phase()).isEqualTo(Phase.RESTING);
        assertThat(conductor.state().why()).contains("aborted by ann: users complain");
        assertThat(databases.rows(Side.ORIGIN))
                .contains("2=written at " + stage)
                .hasSize(5);
        TwoDatabases.items(migration).save(new Item(3, "afterwards"));
        assertThat(databases.rows(Side.ORIGIN)).contains("3=afterwards");
    }

    @Test
    void anAbortGoesOnByItselfOnceWhatWasInTheWayIsGone() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.LIVE);
        Conductor conductor = conductor(migration, PLAN, "n1");
        conductor.look();
        databases.faultyOrigin.before().failAlways(FaultyDataSource.connectionLost());
        databases.faultyOrigin.connects().failAlways(FaultyDataSource.connectionLost());
        RollbackRun run = conductor.abort("ann", "slow");
        assertThat(run.complete()).isFalse();
        assertThat(run.against()).isNotEmpty();
        assertThat(conductor.state().phase()).isEqualTo(Phase.ABORTING);
        assertThatThrownBy(() -> conductor.travel(Stage.RAMP_DOWN, "bob")).hasMessageContaining("it goes back");
        assertThatThrownBy(() -> conductor.hold("bob", "no")).hasMessageContaining("it goes back");
        databases.faultyOrigin.before().heal();
        databases.faultyOrigin.connects().heal();
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            look(conductor, 1);
            return conductor.state().phase() == Phase.RESTING;
        });
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
    }

    @Test
    void anAbortThatAnotherNodeHasMadeMeanwhileIsComplete() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.LIVE);
        Conductor faster = conductor(migration, PLAN, "n2");
        faster.look();
        JourneyStore slow = (JourneyStore) Proxy.newProxyInstance(
                JourneyStore.class.getClassLoader(), new Class<?>[] {JourneyStore.class}, (proxy, method, args) -> {
                    Object answer = method.invoke(store, args);
                    boolean ordered = method.getName().equals("change")
                            && args[2] instanceof Journey to
                            && to.phase() == Phase.ABORTING
                            && to.step() == null;
                    if (ordered) {
                        look(faster, 1);
                    }
                    return answer;
                });
        Conductor conductor = conductor(migration, PLAN, "n1", slow);
        conductor.look();
        RollbackRun run = conductor.abort("ann", "slow");
        assertThat(run.against()).isEmpty();
        assertThat(run.complete()).isTrue();
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
    }

    @Test
    void aDryRunTellsEveryGateOfEveryStepAndMovesNothing() throws Exception {
        Conductor conductor = at(Stage.OFF, ConductPlan.defaults());
        List<StepForecast> forecast = conductor.forecast(Stage.COMPLETE);
        assertThat(forecast)
                .extracting(StepForecast::to)
                .containsExactly(
                        Stage.JOURNAL, Stage.DUAL_WRITE, Stage.SHADOW, Stage.LIVE, Stage.RAMP_DOWN, Stage.COMPLETE);
        assertThat(forecast.get(0).isFree()).isTrue();
        assertThat(forecast.get(2).findings().toString()).contains("run backfill()");
        assertThat(forecast.get(3).findings().toString())
                .contains("soak: SHADOW was watched for PT0S of PT24H", "nobody has approved of LIVE")
                .contains("no clean verification");
        assertThat(forecast.get(5).findings().toString())
                .contains("RAMP_DOWN was watched for PT0S of PT168H", "COMPLETE needs somebody's approval");
        assertThat(conductor.state().at()).isEqualTo(Stage.OFF);
        assertThat(databases.rows(Side.TARGET)).isEmpty();
        assertThat(conductor.forecast(Stage.OFF)).isEmpty();
    }

    @Test
    void aGateOfTheApplicationsOwnHoldsAStepUpAndOneThatThrowsDoesToo() throws Exception {
        AtomicReference<List<String>> says = new AtomicReference<>(List.of("the rehearsal was not ready"));
        StageGate gate = new StageGate("rehearsal", Set.of(Stage.LIVE), () -> {
            List<String> reasons = says.get();
            if (reasons.contains("throw")) {
                throw new SQLException("secret");
            }
            return reasons;
        });
        Conductor conductor = at(Stage.DUAL_WRITE, PLAN.withGate(gate));
        JdbcMigration migration = databases.node();
        migration.backfill();
        migration.verify(VerifyPolicy.REPAIR);
        conductor.travel(Stage.LIVE, "ann");
        look(conductor, 2);
        assertThat(conductor.state().at()).isEqualTo(Stage.SHADOW);
        assertThat(reasons(conductor.against())).contains("rehearsal: the rehearsal was not ready");
        says.set(List.of("throw"));
        look(conductor, 1);
        assertThat(reasons(conductor.against()))
                .contains("it could not be asked (SQLException)")
                .doesNotContain("secret");
        says.set(List.of());
        look(conductor, 1);
        assertThat(conductor.state().at()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aFlagThatAsksForSomethingElseHoldsItUp() throws Exception {
        SettableStage flag = new SettableStage(Stage.SHADOW);
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.SHADOW);
        JdbcMigration flagged = databases.node(builder -> builder.stage(flag).flagPoll(Duration.ofHours(1)));
        flagged.refresh();
        Conductor conductor = conductor(flagged, PLAN, "n1");
        conductor.look();
        assertThat(reasons(conductor.travel(Stage.LIVE, "ann"))).contains("the stage flag asks for shadow");
        look(conductor, 1);
        assertThat(flagged.stage()).isEqualTo(Stage.SHADOW);
    }

    @Test
    void aStepThatADeadNodeHadClaimedIsMadeByAnotherOne() throws Exception {
        Conductor conductor = at(Stage.SHADOW, PLAN.withNodes(1, MINUTE));
        conductor.travel(Stage.LIVE, "ann");
        Journey known = store.read("shop");
        assertThat(store.change("shop", known, known.stepping(Stage.LIVE, "steps"), null))
                .isTrue();
        look(conductor, 5);
        assertThat(conductor.state().at()).isEqualTo(Stage.SHADOW);
        pace.later(MINUTE);
        look(conductor, 1);
        assertThat(conductor.state().at()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aStageThatWasComeToOtherwiseIsSeen() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.SHADOW);
        Conductor conductor = conductor(migration, PLAN.withSoak(Stage.SHADOW, Duration.ofHours(1)), "n1");
        conductor.look();
        look(conductor, 30);
        migration.moveTo(Stage.DUAL_WRITE);
        look(conductor, 1);
        assertThat(conductor.state().at()).isEqualTo(Stage.DUAL_WRITE);
        assertThat(conductor.state().soaked()).isZero();
        assertThat(conductor.audit()).extracting(JourneyEntry::what).contains("was found at DUAL_WRITE, not at SHADOW");
    }

    @Test
    void itsThreadMakesTheSteps() throws Exception {
        JdbcMigration migration = databases.node();
        try (Conductor conductor = Conductor.open(
                migration,
                PLAN,
                store,
                times,
                ConductSettings.defaults().withNode("real").withPoll(Duration.ofMillis(10)))) {
            await().until(() -> conductor.state().at() == Stage.OFF);
            conductor.travel(Stage.DUAL_WRITE, "ann");
            await().until(() -> migration.stage() == Stage.DUAL_WRITE);
        }
        assertThat(store.sights("shop")).isEmpty();
    }

    private static String typed(Conductor conductor, int exit, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int got = ConductCommand.run(conductor, new PrintStream(out, true, StandardCharsets.UTF_8), args);
        String said = out.toString(StandardCharsets.UTF_8);
        assertThat(got).as(said).isEqualTo(exit);
        return said;
    }

    @Test
    void everythingCanBeSaidFromACommandLine() throws Exception {
        Conductor conductor = at(Stage.SHADOW, PLAN.withApprovals(Set.of(Stage.LIVE)));
        assertThat(typed(conductor, 0, "state")).contains("RESTING at SHADOW: first seen at SHADOW");
        assertThat(typed(conductor, 1, "forecast", "complete"))
                .contains(
                        "SHADOW to LIVE: not yet", "approval: nobody has approved of LIVE", "LIVE to RAMP_DOWN: free");
        assertThat(typed(conductor, 1, "travel", "live", "ann")).contains("waits for approval: nobody");
        look(conductor, 1);
        assertThat(typed(conductor, 1, "state")).contains("TRAVELLING at SHADOW to LIVE", "waits for approval");
        typed(conductor, 0, "hold", "ann", "lunch");
        assertThat(typed(conductor, 1, "travel", "live", "ann")).contains("refused: ", "held by ann: lunch");
        typed(conductor, 0, "resume", "ann");
        typed(conductor, 0, "approve", "live", "bob");
        look(conductor, 1);
        assertThat(typed(conductor, 0, "state")).contains("RESTING at LIVE");
        assertThat(typed(conductor, 0, "rollback")).contains("# Way back of shop from LIVE to DUAL_WRITE");
        assertThat(typed(conductor, 0, "abort", "ann", "orders drop")).contains("| LIVE → SHADOW |", "| done |");
        assertThat(typed(conductor, 0, "audit")).contains(" bob approves of LIVE", "ann goes back: orders drop");
        assertThat(typed(conductor, 2, "dance")).startsWith("usage: ");
        assertThat(typed(conductor, 2, "travel", "live")).startsWith("usage: ");
        assertThat(typed(conductor, 2, "travel", "nowhere", "ann")).contains("Unknown stage");
    }

    @Test
    void aPlanThatIsNoneIsRefusedWithEverythingThatIsWrong() {
        assertThatThrownBy(() -> new ConductPlan(
                        Map.of(Stage.FROZEN, Duration.ofDays(1)),
                        Set.of(Stage.OFF),
                        0,
                        Duration.ZERO,
                        Stage.LIVE,
                        List.of(),
                        RollbackOptions.defaults()))
                .hasMessageContainingAll("soak", "no approval", "nodes", "nodeGoneAfter", "an abort leads");
    }
}
