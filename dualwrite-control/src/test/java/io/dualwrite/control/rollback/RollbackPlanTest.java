package io.dualwrite.control.rollback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.TwoDatabases.Item;
import io.dualwrite.control.rollback.RollbackRun.Made;
import io.dualwrite.control.rollback.RollbackStep.Check;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RollbackPlanTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final RollbackOptions OPTIONS =
            RollbackOptions.defaults().withCriteria(List.of("users complain")).withPatience(Duration.ofMillis(200));

    private final List<StepTime> times = new ArrayList<>();
    private TwoDatabases databases;
    private JdbcMigration migration;

    @BeforeEach
    void databases() throws Exception {
        databases = new TwoDatabases(3);
        migration = databases.node();
    }

    @AfterEach
    void close() throws Exception {
        databases.close();
    }

    @Test
    void whatIsRenderedIsWhatIsDoneAndTheNextPlanSaysHowLongItTook() throws Exception {
        TwoDatabases.bring(migration, Stage.RAMP_DOWN);
        AtomicInteger ramp = new AtomicInteger(100);
        RollbackOptions options = OPTIONS.withTime(OPTIONS.pace(), Clock.fixed(NOON, ZoneOffset.UTC))
                .beginningWith(new RollbackStep(
                        "reads",
                        "Send all reads to the origin.",
                        () -> ramp.set(0),
                        List.of(Check.that("no read goes to the target", () -> ramp.get() == 0))));
        RollbackPlan plan = RollbackPlan.of(migration, Stage.RAMP_DOWN, Stage.DUAL_WRITE, options);
        String before = plan.markdown(times);
        assertThat(before).isEqualTo("""
                        # Way back of shop from RAMP_DOWN to DUAL_WRITE

                        Go back when:
                        - users complain

                        1. **reads**: Send all reads to the origin. (never measured)
                           - Then check: no read goes to the target
                        2. **RAMP_DOWN → LIVE**: Compare reads again; the target has the authority still. (never measured)
                           - Then check: the stores say LIVE
                        3. **catch up**: Let the origin catch up with the target, so that writers wait for little. (never measured)
                           - Then check: nothing stands against handing the authority back
                        4. **LIVE → SHADOW**: Hand the authority back to the origin: writes wait until its journal is empty. (never measured)
                           - Then check: the stores say SHADOW
                           - Then check: the origin has the authority
                        5. **SHADOW → DUAL_WRITE**: Compare reads no longer, and let none be answered by the target. (never measured)
                           - Then check: the stores say DUAL_WRITE

                        Altogether at most 0.0 ms at p95, without 5 steps that were never measured.

                        If the target cannot be reached there is only the forced way back, which may lose writes: see possibleLoss(), have somebody answer for it, and cut the target off from every node first.
                        """);
        TwoDatabases.items(migration).save(new Item(2, "on the target"));
        RollbackRun run = plan.run(true, times::add);
        assertThat(run.complete()).isTrue();
        assertThat(run.steps())
                .extracting(Made::step)
                .containsExactlyElementsOf(
                        plan.steps().stream().map(RollbackStep::name).toList());
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
        assertThat(databases.rows(Side.ORIGIN)).contains("2=on the target");
        assertThat(ramp).hasValue(0);

        assertThat(times)
                .extracting(StepTime::step)
                .containsExactly(
                        "reads",
                        "RAMP_DOWN → LIVE",
                        "catch up",
                        "LIVE → SHADOW",
                        "LIVE → SHADOW: writers wait",
                        "SHADOW → DUAL_WRITE");
        assertThat(plan.markdown(times))
                .contains("of 1; last drill 2026-11-23")
                .contains("   - Writers wait: p50 ")
                .doesNotContain("never measured");
        assertThat(run.markdown()).contains("| LIVE → SHADOW |", "| done |");
    }

    @Test
    void whatItTakesAltogetherIsTheSumOfWhatWasMeasured() {
        RollbackPlan plan = RollbackPlan.of(migration, Stage.LIVE, Stage.DUAL_WRITE, OPTIONS);
        times.add(new StepTime("catch up", Duration.ofSeconds(2), false, NOON));
        times.add(new StepTime("LIVE → SHADOW", Duration.ofSeconds(1), false, NOON));
        times.add(new StepTime("LIVE → SHADOW", Duration.ofSeconds(3), true, NOON));
        assertThat(plan.markdown(times))
                .contains("(p50 1.0 s, p95 3.0 s of 2; last drill 2026-11-23)")
                .contains("Altogether at most 5.0 s at p95, without one step that was never measured.");
    }

    @Test
    void aCheckMayTakeAWhileToHold() throws Exception {
        TwoDatabases.bring(migration, Stage.SHADOW);
        AtomicInteger asked = new AtomicInteger();
        RollbackOptions options = OPTIONS.withPatience(Duration.ofSeconds(20))
                .beginningWith(new RollbackStep(
                        "reads",
                        "Send reads back.",
                        () -> {},
                        List.of(Check.that("reads are back", () -> asked.incrementAndGet() == 3))));
        assertThat(RollbackPlan.of(migration, Stage.SHADOW, Stage.DUAL_WRITE, options)
                        .run(false, times::add)
                        .complete())
                .isTrue();
    }

    @Test
    void goingItAgainDoesNothing() throws Exception {
        TwoDatabases.bring(migration, Stage.LIVE);
        RollbackPlan plan = RollbackPlan.of(migration, Stage.LIVE, Stage.SHADOW, OPTIONS);
        assertThat(plan.run(false, times::add).complete()).isTrue();
        long handover = migration.view().origin().handover();
        assertThat(plan.run(false, times::add).complete()).isTrue();
        assertThat(migration.view().origin().handover()).isEqualTo(handover);
        assertThat(migration.stage()).isEqualTo(Stage.SHADOW);
    }

    @Test
    void itEndsAtTheFirstCheckThatDoesNotHoldAndSaysWhich() throws Exception {
        TwoDatabases.bring(migration, Stage.LIVE);
        RollbackOptions options = OPTIONS.beginningWith(new RollbackStep(
                "reads", "Send reads back.", () -> {}, List.of(Check.that("reads are back", () -> false))));
        RollbackRun run =
                RollbackPlan.of(migration, Stage.LIVE, Stage.SHADOW, options).run(false, times::add);
        assertThat(run.complete()).isFalse();
        assertThat(run.steps()).extracting(Made::step).containsExactly("reads");
        assertThat(run.against()).containsExactly("it does not hold that reads are back");
        assertThat(run.markdown()).contains("it does not hold that reads are back");
        assertThat(times).isEmpty();
        assertThat(migration.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void whatAStepThrowsIsToldWithoutItsData() throws Exception {
        RollbackOptions options = OPTIONS.beginningWith(new RollbackStep(
                "reads",
                "Send reads back.",
                () -> {
                    throw new IllegalArgumentException("the key of somebody");
                },
                List.of()));
        TwoDatabases.bring(migration, Stage.SHADOW);
        RollbackRun run =
                RollbackPlan.of(migration, Stage.SHADOW, Stage.OFF, options).run(false, times::add);
        assertThat(run.against()).containsExactly("it failed with IllegalArgumentException");
    }

    @Test
    void anOriginThatCannotBeReachedIsTheReasonWhyItEndsAndNothingIsLost() throws Exception {
        TwoDatabases.bring(migration, Stage.LIVE);
        databases.faultyOrigin.connects().failAlways(FaultyDataSource.connectionLost());
        RollbackRun run =
                RollbackPlan.of(migration, Stage.LIVE, Stage.SHADOW, OPTIONS).run(false, times::add);
        assertThat(run.complete()).isFalse();
        assertThat(run.against().toString()).contains("make both stores reachable");
        TwoDatabases.items(migration).save(new Item(2, "while it was away"));
        databases.faultyOrigin.connects().heal();
        assertThat(RollbackPlan.of(migration, Stage.LIVE, Stage.SHADOW, OPTIONS.withPatience(Duration.ofSeconds(20)))
                        .run(false, times::add)
                        .against())
                .isEmpty();
        assertThat(databases.rows(Side.ORIGIN)).contains("2=while it was away");
    }

    @Test
    void theForcedWayBackIsForATargetThatIsGone() throws Exception {
        TwoDatabases.bring(migration, Stage.LIVE);
        RollbackPlan plan = RollbackPlan.forced(migration, "ann", OPTIONS);
        assertThat(plan.markdown(times)).contains("# Forced way back of shop", "answered for by ann", "Cut the target");
        assertThat(plan.run(false, times::add).against().toString()).contains("can be reached");
        databases.faultyTarget.connects().failAlways(FaultyDataSource.connectionLost());
        assertThat(plan.run(false, times::add).against()).isEmpty();
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
        TwoDatabases.items(migration).save(new Item(2, "on the origin again"));
        assertThat(databases.rows(Side.ORIGIN)).contains("2=on the origin again");
    }

    @Test
    void thereIsNoWayBackFromCompletionNorForwards() {
        assertThatThrownBy(() -> RollbackPlan.of(migration, Stage.COMPLETE, Stage.OFF, OPTIONS))
                .hasMessageContaining("no way back from COMPLETE");
        assertThatThrownBy(() -> RollbackPlan.of(migration, Stage.SHADOW, Stage.LIVE, OPTIONS))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(RollbackPlan.of(migration, Stage.OFF, Stage.OFF, OPTIONS).markdown(times))
                .contains("There is nothing to do.");
    }

    @Test
    void anEstimateIsWhatWasMeasuredAndNothingElse() {
        for (int millis = 1; millis <= 100; millis++) {
            times.add(new StepTime("a", Duration.ofMillis(millis), millis == 7, NOON.plusSeconds(millis)));
        }
        times.add(new StepTime("b", Duration.ofSeconds(3), false, NOON));
        assertThat(Estimate.of("a", times)).hasToString("p50 50.0 ms, p95 95.0 ms of 100; last drill 2026-11-23");
        assertThat(Estimate.of("b", times)).hasToString("p50 3.0 s, p95 3.0 s of 1; never drilled");
        assertThat(Estimate.of("c", times)).hasToString("never measured");
    }
}
