package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StepsTest {
    private Bench bench = new Bench();

    static Stream<Arguments> everyPair() {
        return Arrays.stream(Stage.values())
                .filter(from -> from != Stage.FROZEN)
                .flatMap(from -> Arrays.stream(Stage.values())
                        .filter(wish -> wish != Stage.FROZEN)
                        .map(wish -> Arguments.of(from, wish)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void theNextStageIsTheNeighbourTowardsTheWishAndNeverFrozen(Stage from, Stage wish) {
        List<Stage> stops = Arrays.stream(Stage.values())
                .filter(stage -> stage != Stage.FROZEN)
                .toList();

        Stage next = Steps.next(from, wish);

        int distance = stops.indexOf(wish) - stops.indexOf(from);
        assertThat(stops.indexOf(next) - stops.indexOf(from)).isEqualTo(Integer.signum(distance));
    }

    @Test
    void aMigrationBeginsOnlyWhenSomebodyAnswersForEveryWriter() {
        Steps steps = bench.node().steps;

        assertThat(steps.obstacles(Stage.OFF, Stage.JOURNAL))
                .singleElement()
                .asString()
                .contains("attestedBy");
        assertThatThrownBy(() -> steps.step(Stage.OFF, Stage.JOURNAL)).isInstanceOf(StageRefusedException.class);
        assertThat(bench.row(Side.ORIGIN)).isEqualTo(ControlRow.firstOrigin());
        assertThat(bench.row(Side.TARGET)).isEqualTo(ControlRow.firstTarget());
    }

    @Test
    void everyReasonAgainstABeginningIsTold() {
        bench.againstCopy.add("the target is not reachable");
        bench.againstCopy.add("the target has rows");

        assertThat(bench.node().steps.obstacles(Stage.OFF, Stage.JOURNAL))
                .hasSize(3)
                .contains("the target is not reachable", "the target has rows");
    }

    @Test
    void anApprovalSaysWhoGaveIt() {
        assertThatThrownBy(() -> bench.node().steps.approve(Stage.COMPLETE, " "))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTargetThatIsNoCopyIsNotBegunWith() {
        bench = new Bench(ControlRow.firstOrigin(), new ControlRow(Role.CLOSED, Stage.OFF, 0, 0, false, 0, null));
        Bench.Node node = attested();

        assertThat(node.steps.obstacles(Stage.OFF, Stage.JOURNAL))
                .singleElement()
                .asString()
                .contains("CLOSED");
    }

    @Test
    void theWholeWayThereIsWalkedStepByStep() throws Exception {
        Bench.Node node = shadowed();
        bench.write(1, "one");
        node.relay.runOnce();
        node.verifier.recheck(Side.ORIGIN, 10);

        node.steps.step(Stage.SHADOW, Stage.LIVE);
        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
        node.steps.step(Stage.LIVE, Stage.RAMP_DOWN);
        assertThat(bench.row(Side.TARGET).journalled()).isTrue();
        node.steps.approve(Stage.COMPLETE, "anna");
        node.steps.step(Stage.RAMP_DOWN, Stage.COMPLETE);

        assertThat(bench.stage()).isEqualTo(Stage.COMPLETE);
        assertThat(bench.row(Side.TARGET).journalled()).isFalse();
        assertThat(bench.row(Side.ORIGIN))
                .extracting(ControlRow::role, ControlRow::remaining)
                .containsExactly(Role.CLOSED, null);
        assertThat(bench.write(2, "two")).isTrue();
        assertThat(bench.items(Side.ORIGIN)).containsOnlyKeys(1L);
    }

    @Test
    void theJournalIsOnFromJournalToRampDownAndOffOutside() throws Exception {
        Bench.Node node = attested();
        assertThat(bench.row(Side.ORIGIN).journalled()).isFalse();
        node.steps.step(Stage.OFF, Stage.JOURNAL);
        assertThat(bench.row(Side.ORIGIN).journalled()).isTrue();
        node.steps.step(Stage.JOURNAL, Stage.OFF);
        assertThat(bench.row(Side.ORIGIN).journalled()).isFalse();
    }

    @Test
    void everyBeginningIsANewGenerationOnBothSides() throws Exception {
        Bench.Node node = attested();
        node.steps.step(Stage.OFF, Stage.JOURNAL);
        assertThat(generations()).containsExactly(1, 1);

        node.steps.step(Stage.JOURNAL, Stage.DUAL_WRITE);
        node.steps.step(Stage.DUAL_WRITE, Stage.JOURNAL);
        node.steps.step(Stage.JOURNAL, Stage.OFF);
        assertThat(generations()).containsExactly(1, 1);

        node.steps.step(Stage.OFF, Stage.JOURNAL);
        assertThat(generations()).containsExactly(2, 2);
    }

    @Test
    void whatAnEarlierGenerationBackfilledAndVerifiedCountsNoMore() throws Exception {
        Bench.Node node = shadowed();
        for (Stage from : List.of(Stage.SHADOW, Stage.DUAL_WRITE, Stage.JOURNAL)) {
            node.steps.step(from, Steps.next(from, Stage.OFF));
        }
        node.steps.step(Stage.OFF, Stage.JOURNAL);
        node.steps.step(Stage.JOURNAL, Stage.DUAL_WRITE);

        assertThat(node.steps.obstacles(Stage.DUAL_WRITE, Stage.SHADOW))
                .singleElement()
                .asString()
                .contains("backfill");
    }

    @Test
    void aCrashBetweenTheTwoChangesOfABeginningIsHealedByBeginningAgain() throws Exception {
        Bench.Node dying = attested();
        bench.controls.origin().beforeNextChange(() -> {
            throw new ControlException("killed", null);
        });
        assertThatThrownBy(() -> dying.steps.step(Stage.OFF, Stage.JOURNAL)).isInstanceOf(ControlException.class);
        assertThat(bench.stage()).isEqualTo(Stage.OFF);

        attested().steps.step(Stage.OFF, Stage.JOURNAL);

        assertThat(bench.stage()).isEqualTo(Stage.JOURNAL);
        assertThat(generations()).containsExactly(1, 1);
    }

    @Test
    void aBeginningThatSleptBeforeTheTargetsChangeTakesNoAuthorityAwayFromIt() throws Exception {
        Bench.Node asleep = attested();
        bench.controls.target().beforeNextChange(this::flipBySomebodyElse);

        assertThatThrownBy(() -> asleep.steps.step(Stage.OFF, Stage.JOURNAL)).isInstanceOf(StageRefusedException.class);

        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
        assertThat(bench.row(Side.TARGET).handover()).isEqualTo(1);
    }

    @Test
    void aBeginningThatSleptAfterItsGatesTakesNoAuthorityAwayFromTheTarget() throws Exception {
        Bench.Node asleep = attested();
        int[] reads = new int[1];
        bench.beforeRead = side -> {
            // The first look at the target is the gate's, the second the change's.
            if (side == Side.TARGET && ++reads[0] == 2) {
                bench.beforeRead = other -> {};
                flipBySomebodyElse();
            }
        };

        assertThatThrownBy(() -> asleep.steps.step(Stage.OFF, Stage.JOURNAL)).isInstanceOf(StageRefusedException.class);

        assertThat(reads[0]).isEqualTo(2);
        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
        assertThat(bench.row(Side.TARGET).handover()).isEqualTo(1);
    }

    @Test
    void aBeginningThatSleptThroughAWholeMigrationThereAndBackChangesNothing() throws Exception {
        Bench.Node asleep = attested();
        int[] reads = new int[1];
        bench.beforeRead = side -> {
            if (side == Side.TARGET && ++reads[0] == 2) {
                bench.beforeRead = other -> {};
                walkBySomebodyElse(Stage.LIVE);
                walkBySomebodyElse(Stage.OFF);
            }
        };

        assertThatThrownBy(() -> asleep.steps.step(Stage.OFF, Stage.JOURNAL)).isInstanceOf(StageRefusedException.class);

        assertThat(bench.row(Side.TARGET))
                .extracting(ControlRow::role, ControlRow::handover, ControlRow::generation)
                .containsExactly(Role.COPY, 2L, 1);
        walkBySomebodyElse(Stage.LIVE);
    }

    @Test
    void aFlipThatSleptAfterItsGatesClosesNothingOfALaterGeneration() throws Exception {
        Bench.Node asleep = shadowed();
        asleep.verifier.verify(VerifyPolicy.REPAIR);
        bench.whenAskedForHandover = () -> {
            bench.whenAskedForHandover = () -> {};
            walkBySomebodyElse(Stage.OFF);
            assertThat(bench.write(7, "without an intent")).isTrue();
        };

        assertThatThrownBy(() -> asleep.steps.step(Stage.SHADOW, Stage.LIVE)).isInstanceOf(StageRefusedException.class);

        assertThat(bench.stage()).isEqualTo(Stage.OFF);
        assertThat(bench.row(Side.TARGET).role()).isEqualTo(Role.COPY);
    }

    @Test
    void ofTwoNodesThatMakeTheSameStepOneIsRefused() throws Exception {
        Bench.Node first = attested();
        first.steps.step(Stage.OFF, Stage.JOURNAL);
        Bench.Node second = bench.node();
        bench.controls.origin().beforeNextChange(() -> step(second, Stage.JOURNAL, Stage.DUAL_WRITE));

        assertThatThrownBy(() -> first.steps.step(Stage.JOURNAL, Stage.DUAL_WRITE))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("somebody else");

        assertThat(bench.stage()).isEqualTo(Stage.DUAL_WRITE);
    }

    @Test
    void aStepFromAStageThatIsOverIsRefused() throws Exception {
        Bench.Node stale = bench.node();
        attested().steps.step(Stage.OFF, Stage.JOURNAL);
        stale.steps.approve(Stage.JOURNAL, "anna");

        assertThatThrownBy(() -> stale.steps.step(Stage.OFF, Stage.JOURNAL))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("JOURNAL");

        assertThat(generations()).containsExactly(1, 1);
    }

    @Test
    void aStepWaitsForTransactionsInFlight() throws Exception {
        Bench.Node node = attested();
        LocalFence.Hold writer = bench.fences.origin().hold(Role.AUTHORITY);
        int[] pauses = new int[1];
        bench.pace.onPause(() -> {
            if (++pauses[0] == 500) {
                assertThat(bench.row(Side.ORIGIN).stage()).isEqualTo(Stage.OFF);
                writer.close();
            }
        });

        node.steps.step(Stage.OFF, Stage.JOURNAL);

        assertThat(pauses[0]).isGreaterThanOrEqualTo(500);
        assertThat(bench.stage()).isEqualTo(Stage.JOURNAL);
    }

    @Test
    void aStepThatATransactionHoldsUpForLongerThanTheBudgetIsRefused() throws Exception {
        Bench.Node node = attested();
        try (LocalFence.Hold writer = bench.fences.origin().hold(Role.AUTHORITY)) {
            assertThatThrownBy(() -> node.steps.step(Stage.OFF, Stage.JOURNAL))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("in flight on the ORIGIN");
        }
        assertThat(bench.stage()).isEqualTo(Stage.OFF);
    }

    @Test
    void everyReasonAgainstAFlipIsTold() throws Exception {
        bench = Bench.at(Stage.SHADOW);
        for (long id = 1; id <= Bench.HANDOVER.mostUnconfirmed() + 1; id++) {
            bench.write(id, "v");
        }
        Bench.Node node = bench.node();
        node.relay.runOnce();
        // Changed again, so that nobody can confirm them before the relay has been there.
        for (long id = 1; id <= Bench.HANDOVER.mostUnconfirmed() + 1; id++) {
            bench.write(id, "w");
        }
        bench.journals.origin().postpone(Item.records(1), Postponement.quarantine());
        bench.pace.pass(Bench.HANDOVER.oldestIntent().plusMillis(1));
        bench.fences
                .target()
                .change(bench.row(Side.TARGET), bench.row(Side.TARGET).as(Role.COPY, 9));
        bench.againstHandover.add("no sequence orders_seq");

        assertThat(node.steps.obstacles(Stage.SHADOW, Stage.LIVE))
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("backfill"),
                        reason -> assertThat(reason).contains("no clean verification"),
                        reason -> assertThat(reason).contains("1 intents are quarantined"),
                        reason -> assertThat(reason).contains("the oldest for"),
                        reason -> assertThat(reason).contains("more than 3 records wait to be rechecked"),
                        reason -> assertThat(reason).contains("COPY at handover 9"),
                        reason -> assertThat(reason).isEqualTo("no sequence orders_seq"));
        assertThatThrownBy(() -> node.steps.step(Stage.SHADOW, Stage.LIVE)).isInstanceOf(StageRefusedException.class);
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.AUTHORITY);
    }

    @Test
    void aFlipWithEverythingInOrderHasNoObstacles() throws Exception {
        bench = Bench.readyToFlip();
        bench.write(1, "young");

        assertThat(bench.node().steps.obstacles(Stage.SHADOW, Stage.LIVE)).isEmpty();
    }

    @Test
    void asManyUnconfirmedRecordsAsAllowedDoNotHoldAFlip() throws Exception {
        bench = Bench.readyToFlip();
        for (long id = 1; id <= Bench.HANDOVER.mostUnconfirmed(); id++) {
            bench.write(id, "v");
        }
        Bench.Node node = bench.node();
        node.relay.runOnce();

        assertThat(node.steps.obstacles(Stage.SHADOW, Stage.LIVE)).isEmpty();
    }

    @Test
    void aRollbackIsHeldByWhatCannotFindItsWayBack() throws Exception {
        bench = Bench.readyToFlip();
        Bench.Node node = bench.node();
        node.steps.step(Stage.SHADOW, Stage.LIVE);
        bench.write(1, "since the flip");
        bench.journals.target().postpone(Item.records(1), Postponement.quarantine());
        bench.againstHandover.add("no sequence");

        assertThat(node.steps.obstacles(Stage.LIVE, Stage.SHADOW)).hasSize(2);

        bench.againstHandover.clear();
        bench.journals.target().postpone(Item.records(1), Postponement.release());
        node.steps.step(Stage.LIVE, Stage.SHADOW);
        assertThat(bench.stage()).isEqualTo(Stage.SHADOW);
        assertThat(bench.items(Side.ORIGIN)).containsEntry(1L, "since the flip");
    }

    @Test
    void anOriginThatIsClosedForGoodTakesNothingBack() {
        bench = new Bench(
                new ControlRow(Role.CLOSED, Stage.SHADOW, 1, 9, false, 1, null),
                new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 5, true, 1, null));

        assertThat(bench.node().steps.obstacles(Stage.LIVE, Stage.SHADOW))
                .singleElement()
                .asString()
                .contains("CLOSED");
    }

    @Test
    void aGateThatCannotBeCheckedIsAReason() throws Exception {
        bench = Bench.readyToFlip();
        Bench.Node node = bench.node();
        bench.controls.target().unreachable(true);

        assertThat(node.steps.obstacles(Stage.SHADOW, Stage.LIVE)).contains("no connection");
    }

    @Test
    void aGateThatThrowsIsAReasonWithoutItsData() throws Exception {
        bench = Bench.readyToFlip();
        Bench.Node node = bench.node();
        bench.whenAskedForHandover = () -> {
            throw new IllegalStateException("the key of somebody");
        };

        assertThat(node.steps.obstacles(Stage.SHADOW, Stage.LIVE))
                .singleElement()
                .asString()
                .startsWith("a gate could not be checked (IllegalStateException); make both stores reachable");
        assertThatThrownBy(() -> node.steps.step(Stage.SHADOW, Stage.LIVE)).isInstanceOf(StageRefusedException.class);
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.AUTHORITY);
    }

    @Test
    void anUnreachableOriginHoldsNoStepBeyondTheFlip() throws Exception {
        bench = Bench.at(Stage.LIVE);
        Bench.Node node = bench.node();
        node.steps.approve(Stage.COMPLETE, "anna");
        bench.controls.origin().unreachable(true);

        node.steps.step(Stage.LIVE, Stage.RAMP_DOWN);
        node.steps.step(Stage.RAMP_DOWN, Stage.COMPLETE);

        assertThat(bench.row(Side.TARGET).stage()).isEqualTo(Stage.COMPLETE);
    }

    @Test
    void completingNeedsSomebodysApproval() throws Exception {
        bench = Bench.at(Stage.RAMP_DOWN);
        Bench.Node node = bench.node();

        assertThat(node.steps.obstacles(Stage.RAMP_DOWN, Stage.COMPLETE))
                .singleElement()
                .asString()
                .contains("approve(COMPLETE");
        assertThatThrownBy(() -> node.steps.step(Stage.RAMP_DOWN, Stage.COMPLETE))
                .isInstanceOf(StageRefusedException.class);
        assertThat(bench.row(Side.TARGET).journalled()).isTrue();
    }

    @Test
    void fromACompletedMigrationThereIsNoWayBack() {
        bench = Bench.at(Stage.COMPLETE);

        assertThatThrownBy(() -> bench.node().steps.step(Stage.COMPLETE, Stage.RAMP_DOWN))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("no way back");

        assertThat(bench.stage()).isEqualTo(Stage.COMPLETE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"JOURNAL", "DUAL_WRITE", "SHADOW", "RAMP_DOWN"})
    void aStepBackNeedsNoGate(Stage from) throws Exception {
        bench = Bench.at(from);
        bench.againstCopy.add("gone");
        Stage to = Steps.next(from, Stage.OFF);

        bench.node().steps.step(from, to);

        assertThat(bench.stage()).isEqualTo(to);
    }

    @Test
    void backAtOffWritesLeaveNoIntents() throws Exception {
        bench = Bench.at(Stage.JOURNAL);
        bench.node().steps.step(Stage.JOURNAL, Stage.OFF);

        bench.write(1, "one");

        assertThat(bench.journals.origin().backlog().isEmpty()).isTrue();
    }

    @Test
    void theCopyFollowsOnlyAfterTransfersThatMayHaveReadAtOff() throws Exception {
        bench = Bench.at(Stage.JOURNAL);
        Bench.Node node = bench.node();

        try (LocalFence.Hold standing =
                Objects.requireNonNull(bench.fences.target().hold(Role.COPY))) {
            assertThatThrownBy(() -> node.steps.step(Stage.JOURNAL, Stage.DUAL_WRITE))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("in flight on the TARGET");
            assertThat(standing.row().role()).isEqualTo(Role.COPY);
            assertThat(bench.stage()).isEqualTo(Stage.JOURNAL);
        }
        node.steps.step(Stage.JOURNAL, Stage.DUAL_WRITE);

        assertThat(bench.stage()).isEqualTo(Stage.DUAL_WRITE);
    }

    private Bench.Node attested() {
        Bench.Node node = bench.node();
        node.steps.approve(Stage.JOURNAL, "anna");
        return node;
    }

    /** A node that has walked to SHADOW, with everything backfilled. */
    private Bench.Node shadowed() throws Exception {
        Bench.Node node = attested();
        node.steps.step(Stage.OFF, Stage.JOURNAL);
        node.steps.step(Stage.JOURNAL, Stage.DUAL_WRITE);
        node.backfill.run();
        node.steps.step(Stage.DUAL_WRITE, Stage.SHADOW);
        node.verifier.verify(VerifyPolicy.REPAIR);
        return node;
    }

    private void flipBySomebodyElse() {
        walkBySomebodyElse(Stage.LIVE);
    }

    private void walkBySomebodyElse(Stage wish) {
        Bench.Node other = attested();
        try {
            for (Stage at = bench.stage(); at != wish; at = bench.stage()) {
                if (at == Stage.DUAL_WRITE || at == Stage.SHADOW) {
                    other.backfill.run();
                    other.verifier.verify(VerifyPolicy.REPAIR);
                }
                other.steps.step(at, Steps.next(at, wish));
            }
        } catch (Exception unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private static void step(Bench.Node node, Stage from, Stage to) {
        try {
            node.steps.step(from, to);
        } catch (InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private List<Integer> generations() {
        return List.of(
                bench.row(Side.ORIGIN).generation(), bench.row(Side.TARGET).generation());
    }
}
