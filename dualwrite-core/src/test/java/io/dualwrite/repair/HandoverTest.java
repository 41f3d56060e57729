package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.dualwrite.event.MigrationEvent.HandoverMeasured;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandoverTest {
    private Bench bench;

    @BeforeEach
    void readyToFlip() throws Exception {
        bench = Bench.readyToFlip();
    }

    @AfterEach
    void neverTwoAuthorities() {
        assertThat(bench.authorities()).isLessThanOrEqualTo(1);
    }

    @Test
    void aFlipMakesTheTargetTheAuthorityAndTheOriginItsCopy() throws Exception {
        bench.write(3, "three");

        run(Side.ORIGIN);

        assertThat(bench.row(Side.TARGET))
                .extracting(ControlRow::role, ControlRow::stage, ControlRow::handover, ControlRow::journalled)
                .containsExactly(Role.AUTHORITY, Stage.LIVE, 1L, true);
        assertThat(bench.row(Side.ORIGIN))
                .extracting(ControlRow::role, ControlRow::handover)
                .containsExactly(Role.COPY, 1L);
        assertThat(bench.row(Side.TARGET).generation())
                .isEqualTo(bench.row(Side.ORIGIN).generation());
        assertThat(bench.items(Side.TARGET)).containsEntry(3L, "three").isEqualTo(bench.items(Side.ORIGIN));
        assertThat(bench.generatorsAheadOf).containsExactly(Side.ORIGIN);
        assertThat(bench.events.of(HandoverStep.class))
                .extracting(HandoverStep::step)
                .containsExactly("closed", "ceded", "took over", "follows");
    }

    @Test
    void aRollbackBringsBackWhatWasWrittenSinceTheFlip() throws Exception {
        run(Side.ORIGIN);
        assertThat(bench.write(4, "four")).isTrue();
        assertThat(bench.items(Side.ORIGIN)).doesNotContainKey(4L);

        run(Side.TARGET);

        assertThat(bench.stage()).isEqualTo(Stage.SHADOW);
        assertThat(bench.items(Side.ORIGIN)).containsEntry(4L, "four");
        assertThat(bench.row(Side.ORIGIN).handover()).isEqualTo(2);
        assertThat(bench.row(Side.TARGET).role()).isEqualTo(Role.COPY);
        assertThat(bench.generatorsAheadOf).containsExactly(Side.ORIGIN, Side.TARGET);
        assertThat(bench.write(Side.ORIGIN, 5, "five")).isTrue();
    }

    @Test
    void fromTheClosingToTheTakeoverNobodyWrites() throws Exception {
        bench.write(3, "three");
        int[] tried = new int[1];
        bench.maps.beforeCarry = (authority, records) -> {
            tried[0]++;
            assertThat(bench.write(9, "lost")).isFalse();
        };
        bench.generators = from -> {
            tried[0]++;
            assertThat(bench.write(9, "lost")).isFalse();
        };

        run(Side.ORIGIN);

        assertThat(tried[0]).isEqualTo(2);
        assertThat(bench.write(9, "kept")).isTrue();
    }

    @Test
    void theClosingWaitsForTransactionsInFlight() throws Exception {
        LocalFence.Hold writer = bench.fences.origin().hold(Role.AUTHORITY);
        int[] pauses = new int[1];
        bench.pace.onPause(() -> {
            if (++pauses[0] == 50) {
                bench.items(Side.ORIGIN).put(7L, "seven");
                bench.journals.origin().append(Item.records(7));
                writer.close();
            }
        });

        run(Side.ORIGIN);

        assertThat(bench.items(Side.TARGET)).containsEntry(7L, "seven");
    }

    @Test
    void aTransactionThatDoesNotEndKeepsTheAuthorityWhereItIs() throws Exception {
        try (LocalFence.Hold writer = bench.fences.origin().hold(Role.AUTHORITY)) {
            refused(Side.ORIGIN, "in flight");
        }

        assertStillOpen(Side.ORIGIN);
    }

    @Test
    void aRecordThatCannotBeBroughtOverOpensTheOldAuthorityAgainWhenTheBudgetEnds() throws Exception {
        bench.write(3, "three");
        bench.maps.beforeCarry = (authority, records) -> {
            throw new IllegalArgumentException("no such status");
        };
        long begun = bench.pace.nanos();

        refused(Side.ORIGIN, "left in the journal");

        assertStillOpen(Side.ORIGIN);
        assertThat(Duration.ofNanos(bench.pace.nanos() - begun))
                .isBetween(Bench.HANDOVER.budget(), Bench.HANDOVER.budget().plusSeconds(1));
    }

    @Test
    void whatIsQuarantinedLetsNoWriterWaitForTheEndOfTheBudget() throws Exception {
        bench.write(3, "three");
        bench.journals.origin().postpone(Item.records(3), Postponement.quarantine());
        long begun = bench.pace.nanos();

        refused(Side.ORIGIN, "quarantined=1");

        assertStillOpen(Side.ORIGIN);
        assertThat(bench.pace.nanos() - begun)
                .isLessThan(Bench.HANDOVER.budget().toNanos() / 2);
    }

    @Test
    void aDifferenceThatNobodyExplainsOpensTheOldAuthorityAgainAndIsRepaired() throws Exception {
        bench.write(3, "three");
        bench.node().relay.runOnce();
        bench.items(Side.TARGET).put(3L, "a foreign writer's");

        refused(Side.ORIGIN, "1 records differed");

        assertStillOpen(Side.ORIGIN);
        assertThat(bench.items(Side.TARGET)).containsEntry(3L, "three");
        assertThat(bench.node().verifier.isClean(1)).isFalse();
    }

    @Test
    void generatorsThatCannotBeSetAheadOpenTheOldAuthorityAgain() throws Exception {
        IOException cause = new IOException("sequence");
        bench.generators = from -> {
            throw cause;
        };

        assertThatThrownBy(() -> run(Side.ORIGIN))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("IOException")
                .hasCause(cause);

        assertStillOpen(Side.ORIGIN);
    }

    @Test
    void anErrorBeforeTheDecisionOpensTheOldAuthorityAgain() {
        bench.generators = from -> {
            throw new StackOverflowError();
        };

        assertThatThrownBy(() -> run(Side.ORIGIN)).isInstanceOf(StackOverflowError.class);

        assertStillOpen(Side.ORIGIN);
    }

    @Test
    void anInterruptBeforeTheDecisionOpensTheOldAuthorityAgain() {
        bench.write(3, "three");
        bench.maps.beforeCarry = (authority, records) -> {
            throw new InterruptedException();
        };

        assertThatThrownBy(() -> run(Side.ORIGIN)).isInstanceOf(InterruptedException.class);

        assertStillOpen(Side.ORIGIN);
    }

    @Test
    void aDeadlineThatPassedDuringTheDrainLeavesTheDecisionToTheOldRow() throws Exception {
        Bench.Node other = bench.node();
        bench.generators = from -> {
            bench.pace.pass(Bench.HANDOVER.budget().plusSeconds(1));
            other.handover.openIfExpired(Side.ORIGIN);
        };

        refused(Side.ORIGIN, "opened again before the decision");

        assertStillOpen(Side.ORIGIN);
    }

    @Test
    void theDecisionWaitsForWritersThatOnlyLookWhetherTheyMayBegin() throws Exception {
        LocalFence.Hold[] looking = new LocalFence.Hold[1];
        bench.generators = from -> {
            looking[0] = bench.fences.origin().hold(Role.CLOSED);
            int[] pauses = new int[1];
            bench.pace.onPause(() -> {
                if (++pauses[0] == 300) {
                    looking[0].close();
                }
            });
        };

        run(Side.ORIGIN);

        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aDecisionThatFindsNoFreeFenceWithinTheBudgetIsGivenUp() throws Exception {
        bench.generators = from -> bench.fences.origin().hold(Role.CLOSED);

        refused(Side.ORIGIN, "was not free within");

        assertThat(bench.row(Side.ORIGIN).isExpired()).isTrue();
        assertThat(bench.row(Side.TARGET).role()).isEqualTo(Role.COPY);
    }

    @Test
    void theTakeoverWaitsForTransfersInFlightForAsLongAsTheyTake() throws Exception {
        AtomicReference<LocalFence.Hold> transfer = new AtomicReference<>();
        beforeTheDecision(() -> transfer.set(hold(Role.COPY)));
        int[] pauses = new int[1];
        bench.pace.onPause(() -> {
            LocalFence.Hold held = transfer.get();
            if (held != null && ++pauses[0] == 20_000) {
                held.close();
            }
        });

        run(Side.ORIGIN);

        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
        assertThat(bench.pace.nanos()).isGreaterThan(Bench.HANDOVER.budget().toNanos());
    }

    @Test
    void aTransferThatIsLeftStandingBeforeTheDecisionGivesTheFlipUp() throws Exception {
        try (LocalFence.Hold standing = hold(Role.COPY)) {
            assertThatThrownBy(() -> run(Side.ORIGIN))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("in flight on the TARGET");
            assertThat(standing.row().role()).isEqualTo(Role.COPY);
        }
        assertThat(bench.stage()).isEqualTo(Stage.SHADOW);
        assertThat(bench.write(9, "kept")).isTrue();
    }

    /** Once the target has been probed, right before the origin's row is ceded. */
    private void beforeTheDecision(Runnable what) {
        bench.generators = from -> bench.controls.origin().beforeNextChange(what);
    }

    private LocalFence.Hold hold(Role role) {
        try {
            return Objects.requireNonNull(bench.fences.target().hold(role));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTargetThatIsLostAfterTheDecisionRefusesWritesUntilAnybodySettles() throws Exception {
        beforeTheDecision(() -> bench.controls.target().unreachable(true));

        assertThatThrownBy(() -> run(Side.ORIGIN)).isInstanceOf(ControlException.class);
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.CEDED);
        assertThat(bench.write(9, "lost")).isFalse();

        bench.controls.target().unreachable(false);
        bench.node().handover.settle();
        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
        assertThat(bench.write(9, "kept")).isTrue();
    }

    @Test
    void aHeirThatCannotBeOpenedIsToldOnce() throws Exception {
        Bench.Node node = bench.node();
        bench.controls
                .target()
                .beforeNextChange(() -> bench.controls
                        .target()
                        .beforeNextChange(() -> bench.controls.target().unreachable(true)));
        assertThatThrownBy(() -> node.handover.run(Side.ORIGIN, bench.row(Side.ORIGIN)))
                .isInstanceOf(ControlException.class);
        assertThatThrownBy(node.handover::settle).isInstanceOf(ControlException.class);

        assertThat(bench.events.of(HandoverStuck.class))
                .singleElement()
                .extracting(HandoverStuck::heir, HandoverStuck::handover)
                .containsExactly(Side.TARGET, 1L);
        bench.controls.target().unreachable(false);
        node.handover.settle();
        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void everyStepIsMeasuredAndSoIsWhatWritersWait() throws Exception {
        bench.generators = from -> bench.pace.pass(Duration.ofMillis(70));
        run(Side.ORIGIN);

        HandoverMeasured measured = bench.events.of(HandoverMeasured.class).get(0);
        assertThat(measured.completed()).isTrue();
        assertThat(measured.steps())
                .containsEntry("confirm", Duration.ofMillis(70))
                .containsKeys("close", "drain", "probe", "cede", "take over", "follow");
        assertThat(measured.closed()).isEqualTo(Duration.ofMillis(70));
    }

    @Test
    void aHandoverThatIsGivenUpIsMeasuredToo() {
        bench.generators = from -> {
            throw new IOException("no sequence");
        };
        refused(Side.ORIGIN, "the last check");

        assertThat(bench.events.of(HandoverMeasured.class)).singleElement().satisfies(measured -> {
            assertThat(measured.completed()).isFalse();
            assertThat(measured.steps()).containsKeys("close", "drain", "open again");
        });
    }

    @Test
    void whoKeepsTheAuthorityFromClosingIsTold() throws Exception {
        try (LocalFence.Hold writer = bench.fences.origin().hold(Role.AUTHORITY)) {
            refused(Side.ORIGIN, "In the way: thread " + Thread.currentThread().getName());
        }
        assertStillOpen(Side.ORIGIN);
    }

    @Test
    void rowsThatDoNotBelongTogetherStopTheTakeover() {
        Bench.Node node = bench.node();
        ControlRow alien = new ControlRow(Role.CEDED, Stage.SHADOW, 7, 9, true, 1, null);

        assertThatThrownBy(() -> node.handover.takeOver(Side.ORIGIN, alien))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("do not belong together");

        assertThat(bench.row(Side.TARGET).role()).isEqualTo(Role.COPY);
    }

    @Test
    void gatesThatHeldForAnEarlierRowCloseNothing() throws Exception {
        Bench.Node late = bench.node();
        ControlRow checked = bench.row(Side.ORIGIN);
        Steps steps = bench.node().steps;
        for (Stage stage : List.of(Stage.SHADOW, Stage.DUAL_WRITE, Stage.JOURNAL)) {
            steps.step(stage, Steps.next(stage, Stage.OFF));
        }
        bench.write(5, "without an intent");

        assertThatThrownBy(() -> late.handover.run(Side.ORIGIN, checked)).isInstanceOf(StageRefusedException.class);

        assertThat(bench.stage()).isEqualTo(Stage.OFF);
    }

    @Test
    void aClosingBeforeItsDeadlineIsOpenedByNobody() throws Exception {
        Bench.Node node = bench.node();
        node.handover.close(Side.ORIGIN, bench.row(Side.ORIGIN), bench.pace.in(Bench.HANDOVER.budget()));

        bench.node().handover.settle();
        bench.node().handover.openIfExpired(Side.ORIGIN);
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.CLOSED);

        bench.pace.pass(Bench.HANDOVER.budget());
        bench.node().handover.openIfExpired(Side.ORIGIN);
        assertStillOpen(Side.ORIGIN);
    }

    @Test
    void aCompletedMigrationRetiresItsOriginOnceItCanBeReached() throws Exception {
        bench = Bench.at(Stage.COMPLETE);
        Bench.Node node = bench.node();
        bench.controls.origin().unreachable(true);
        node.handover.settle();
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.COPY);

        bench.controls.origin().unreachable(false);
        node.handover.settle();
        assertThat(bench.row(Side.ORIGIN))
                .extracting(ControlRow::role, ControlRow::remaining)
                .containsExactly(Role.CLOSED, null);

        bench.pace.pass(Duration.ofDays(1));
        bench.node().handover.settle();
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.CLOSED);
    }

    private void run(Side from) throws InterruptedException {
        bench.node().handover.run(from, bench.row(from));
    }

    private void refused(Side from, String reason) {
        assertThatThrownBy(() -> run(from))
                .asInstanceOf(type(StageRefusedException.class))
                .satisfies(refusal ->
                        assertThat(refusal.reasons()).singleElement().asString().contains(reason));
    }

    private void assertStillOpen(Side side) {
        assertThat(bench.row(side).role()).isEqualTo(Role.AUTHORITY);
        assertThat(bench.row(side).stage()).isEqualTo(side == Side.ORIGIN ? Stage.SHADOW : Stage.LIVE);
        assertThat(bench.row(side.other()).role()).isEqualTo(Role.COPY);
        assertThat(bench.write(side, 99, "goes on")).isTrue();
        assertThat(bench.journals.of(side).seen(Item.records(99))).isNotEmpty();
    }
}
