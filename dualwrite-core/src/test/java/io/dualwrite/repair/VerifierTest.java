package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.Finished;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Repaired;
import io.dualwrite.fence.ControlException;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerifierTest {
    private Bench bench = Bench.at(Stage.SHADOW);

    @Test
    void equalSidesAreCleanAndThatIsNoted() throws Exception {
        both(1, 2, 3);
        assertThat(isClean()).isFalse();

        VerifyReport report = verify(VerifyPolicy.REPORT);

        assertThat(report.isClean()).isTrue();
        assertThat(report.rows()).isEqualTo(new Sides<>(3L, 3L));
        assertThat(report.candidates()).isZero();
        assertThat(isClean()).isTrue();
        assertThat(bench.node().verifier.isClean(2)).isFalse();
    }

    @Test
    void whatIsMissingExtraOrDifferentIsFound() throws Exception {
        both(2, 4, 6, 8);
        bench.items(Side.TARGET).remove(2L);
        bench.items(Side.TARGET).put(5L, "extra");
        bench.items(Side.TARGET).put(6L, "other");
        bench.items(Side.TARGET).put(9L, "extra");

        VerifyReport report = verify(VerifyPolicy.REPORT);

        assertThat(report.samples())
                .extracting(found -> found.record().key() + found.kind())
                .containsExactly("2MISSING", "5EXTRA", "6DIFFERENT", "9EXTRA");
        assertThat(report.isClean()).isFalse();
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(4);
    }

    @Test
    void theReportAndTheLastEventCountWhatDiffersByKindAndByField() throws Exception {
        both(1, 2, 3, 4, 5, 6);
        bench.items(Side.TARGET).remove(1L);
        bench.items(Side.TARGET).putAll(Map.of(7L, "extra", 8L, "extra", 2L, "other", 3L, "other", 4L, "other"));
        bench.maps.beforePrints = () -> bench.pace.pass(Duration.ofMillis(500));

        VerifyReport report = verify(VerifyPolicy.REPORT);

        assertThat(report.kinds())
                .containsExactly(Map.entry(Kind.MISSING, 1L), Map.entry(Kind.EXTRA, 2L), Map.entry(Kind.DIFFERENT, 3L));
        assertThat(report.fields()).containsExactly(Map.entry("item.text", 3L));
        assertThat(report.took()).isEqualTo(Duration.ofSeconds(1));
        assertThat(report.rowsPerSecond()).isEqualTo(6 + 7);
        assertThat(bench.events.of(Finished.class)).singleElement().satisfies(finished -> {
            assertThat(finished.counts())
                    .containsExactly(
                            Map.entry("MISSING", 1L),
                            Map.entry("EXTRA", 2L),
                            Map.entry("DIFFERENT", 3L),
                            Map.entry("item.text", 3L));
            assertThat(finished.recordsPerSecond()).isEqualTo(6 + 7);
        });
    }

    @Test
    void stoppingEndsAtTheFirstRealDifferenceAndSaysWhere() throws Exception {
        both(1, 2, 3, 4, 5);
        verify(VerifyPolicy.REPORT);
        bench.write(2, "in flight");
        bench.items(Side.TARGET).put(3L, "other");
        bench.items(Side.TARGET).put(4L, "other");

        VerifyReport report = verify(VerifyPolicy.STOP);

        assertThat(report.stoppedAt()).isEqualTo(Item.record(3));
        assertThat(report.confirmed()).isEqualTo(1);
        assertThat(report.complete()).isFalse();
        assertThat(report.isClean()).isFalse();
        assertThat(bench.items(Side.TARGET)).containsEntry(3L, "other");
        assertThat(bench.maps.carried).isEmpty();
        assertThat(isClean()).isFalse();
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
    }

    @Test
    void stoppingMayWaitForTheNthDifferenceAndNeverConfirmsMore() throws Exception {
        both(1, 2, 3, 4, 5);
        bench.items(Side.TARGET).replaceAll((id, text) -> "other");

        VerifyReport report =
                bench.node().verifier.verify(VerifyRequest.of(VerifyPolicy.STOP).stoppingAfter(3));

        assertThat(report.stoppedAt()).isEqualTo(Item.record(3));
        assertThat(report.samples()).extracting(found -> found.record().key()).containsExactly("1", "2", "3");
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(3);
    }

    @Test
    void withFewerDifferencesThanItStopsAfterAVerificationComesToItsEnd() throws Exception {
        both(1, 2, 3);
        bench.items(Side.TARGET).put(2L, "other");

        VerifyReport report =
                bench.node().verifier.verify(VerifyRequest.of(VerifyPolicy.STOP).stoppingAfter(2));

        assertThat(report.stoppedAt()).isNull();
        assertThat(report.complete()).isTrue();
        assertThat(report.confirmed()).isEqualTo(1);
    }

    @Test
    void withoutADifferenceNothingStopsAndThePassIsClean() throws Exception {
        both(1, 2);

        assertThat(verify(VerifyPolicy.STOP).isClean()).isTrue();
        assertThat(isClean()).isTrue();
    }

    @Test
    void whatWasStoppedNotesNoTypeAsCleanNotEvenThoseThatItHadReadToTheirEnd() throws Exception {
        both(1);
        RecordType<Item, Long> second = new RecordType<>("second", Item.class, Long.class, Item.TYPE.codec(), Item::id);
        Bench.Node node = bench.node();
        Verifier verifier = new Verifier(
                node.board,
                List.of(Item.TYPE, second),
                bench.maps,
                bench.maps,
                bench.checkpoints,
                node.transfer,
                bench.events,
                bench.pace);
        AtomicInteger streams = new AtomicInteger();
        // The maps have the same items for both types; what is spoilt differs only once the first type has been read.
        bench.maps.beforePrints = () -> {
            if (streams.incrementAndGet() == 3) {
                bench.items(Side.TARGET).put(1L, "other");
            }
        };

        assertThat(verifier.verify(VerifyPolicy.STOP).stoppedAt()).isEqualTo(second.id(1L));

        assertThat(isClean()).as("the type that came first").isFalse();
    }

    @Test
    void onlyStoppingHasABound() {
        assertThatThrownBy(() -> VerifyRequest.of(VerifyPolicy.REPAIR).stoppingAfter(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REPAIR");
        assertThatThrownBy(() -> VerifyRequest.of(VerifyPolicy.STOP).stoppingAfter(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }

    @Test
    void reportingRepairsNothing() throws Exception {
        both(1);
        bench.items(Side.TARGET).put(1L, "other");

        VerifyReport report = verify(VerifyPolicy.REPORT);

        assertThat(report.repaired()).isZero();
        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "other");
        assertThat(bench.maps.carried).isEmpty();
    }

    @Test
    void repairingMakesTheCopyEqualAndTheNextPassClean() throws Exception {
        both(1, 2);
        bench.items(Side.TARGET).put(1L, "other");
        bench.items(Side.TARGET).put(3L, "extra");

        VerifyReport report = verify(VerifyPolicy.REPAIR);

        assertThat(report.confirmed()).isEqualTo(2);
        assertThat(report.repaired()).isEqualTo(2);
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(bench.events.of(Repaired.class)).hasSize(2);
        assertThat(report.isClean()).isFalse();
        assertThat(isClean()).isFalse();
        assertThat(verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        assertThat(isClean()).isTrue();
    }

    @Test
    void aRepairThatDoesNotHoldIsNotCountedAsOne() throws Exception {
        both(1);
        bench.items(Side.TARGET).put(1L, "other");
        bench.maps.beforeCarry =
                (authority, records) -> bench.items(Side.ORIGIN).put(1L, "by a foreign writer");
        bench.maps.afterCarry = () -> bench.items(Side.TARGET).put(1L, "by a trigger");

        assertThat(verify(VerifyPolicy.REPAIR).repaired()).isZero();
        assertThat(bench.events.of(Repaired.class)).isEmpty();
    }

    @Test
    void whatIsInFlightIsNoDifference() throws Exception {
        both(1);
        bench.write(1, "newer");

        VerifyReport report = verify(VerifyPolicy.REPAIR);

        assertThat(report.candidates()).isEqualTo(1);
        assertThat(report.confirmed()).isZero();
        assertThat(report.isClean()).isTrue();
        assertThat(bench.maps.carried).isEmpty();
    }

    @Test
    void manyDifferencesAreConfirmedInPortionsAndSampledUpToABound() throws Exception {
        LongStream.rangeClosed(1, VerifyReport.MOST_SAMPLES + 50)
                .forEach(id -> bench.items(Side.ORIGIN).put(id, "v"));

        VerifyReport report = verify(VerifyPolicy.REPAIR);

        assertThat(report.confirmed()).isEqualTo(VerifyReport.MOST_SAMPLES + 50);
        assertThat(report.repaired()).isEqualTo(VerifyReport.MOST_SAMPLES + 50);
        assertThat(report.samples()).hasSize(VerifyReport.MOST_SAMPLES);
        assertThat(bench.maps.carried).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(100));
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
    }

    @Test
    void aConfirmedDifferenceVoidsAnEarlierCleanPass() throws Exception {
        both(1);
        verify(VerifyPolicy.REPORT);
        bench.items(Side.TARGET).put(1L, "other");

        verify(VerifyPolicy.REPORT);

        assertThat(isClean()).isFalse();
    }

    @Test
    void aRepairByAnotherNodeInTheMiddleOfAPassVoidsIt() throws Exception {
        both(1);
        Bench.Node other = bench.node();
        bench.maps.beforePrints = () -> {
            bench.maps.beforePrints = () -> {};
            bench.items(Side.TARGET).put(1L, "other");
            confirm(other, 1);
        };

        VerifyReport report = verify(VerifyPolicy.REPAIR);

        assertThat(report.confirmed()).isZero();
        assertThat(report.overtaken()).isTrue();
        assertThat(report.isClean()).isFalse();
        assertThat(isClean()).isFalse();
        assertThat(verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        assertThat(isClean()).isTrue();
    }

    @Test
    void aRepairIsNotForgottenWhenItsRepairerDies() throws Exception {
        both(1);
        verify(VerifyPolicy.REPORT);
        bench.items(Side.TARGET).put(1L, "other");
        bench.maps.beforeCarry = (authority, records) -> {
            throw new StackOverflowError("killed");
        };

        assertThatThrownBy(() -> verify(VerifyPolicy.REPAIR)).isInstanceOf(StackOverflowError.class);

        assertThat(isClean()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aSideThatListsNothingAlthoughItHasRecordsIsNotClean(Side side) throws Exception {
        both(1, 2);
        bench.maps.blind = Set.of(side);

        VerifyReport report = verify(VerifyPolicy.REPORT);

        assertThat(report.confirmed()).isZero();
        assertThat(report.isClean()).isFalse();
        assertThat(isClean()).isFalse();
    }

    @Test
    void twoSidesThatListNothingAlthoughTheyHaveRecordsAreNotClean() throws Exception {
        both(1, 2);
        bench.maps.blind = Set.of(Side.ORIGIN, Side.TARGET);

        assertThat(verify(VerifyPolicy.REPORT).isClean()).isFalse();
        assertThat(isClean()).isFalse();
    }

    @Test
    void nothingComparedWithNothingIsCleanWhenThereIsNothing() throws Exception {
        assertThat(verify(VerifyPolicy.REPORT).isClean()).isTrue();
        assertThat(isClean()).isTrue();
    }

    @Test
    void aStoreThatFailsLeavesNothingNoted() {
        both(1);
        bench.maps.beforePrints = () -> {
            throw new IllegalStateException(new SQLException("gone", "08006"));
        };

        assertThatThrownBy(() -> verify(VerifyPolicy.REPORT)).isInstanceOf(IllegalStateException.class);

        assertThat(isClean()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"OFF", "JOURNAL", "COMPLETE"})
    void withoutACopyThatFollowsThereIsNoVerification(Stage stage) {
        bench = Bench.at(stage);

        assertThatThrownBy(() -> verify(VerifyPolicy.REPORT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(stage.name());
    }

    @Test
    void beyondTheFlipTheTargetIsRight() throws Exception {
        bench = Bench.at(Stage.LIVE);
        both(1);
        bench.items(Side.TARGET).put(2L, "written since");

        assertThat(verify(VerifyPolicy.REPAIR).samples())
                .singleElement()
                .satisfies(found -> assertThat(found.kind()).isEqualTo(Discrepancy.Kind.MISSING));
        assertThat(bench.items(Side.ORIGIN)).containsEntry(2L, "written since");
    }

    @Test
    void aFlipInTheMiddleOfAPassEndsIt() {
        both(1);
        bench.maps.beforePrints = () -> {
            bench.items(Side.TARGET).put(1L, "other");
            ControlRow origin = bench.row(Side.ORIGIN);
            bench.fences.origin().change(origin, origin.as(Role.COPY, 1));
            bench.fences
                    .target()
                    .change(bench.row(Side.TARGET), bench.row(Side.TARGET).authority(Stage.LIVE));
        };

        assertThatThrownBy(() -> verify(VerifyPolicy.REPAIR)).isInstanceOf(NotACopyException.class);

        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "other");
        assertThat(isClean()).isFalse();
    }

    @Test
    void withoutAScanThereIsNoPassButSingleRecordsCanBeConfirmed() throws Exception {
        both(1);
        bench.items(Side.TARGET).put(1L, "other");
        Bench.Node node = bench.node();
        Verifier verifier = new Verifier(
                node.board,
                List.of(Item.TYPE),
                null,
                bench.maps,
                bench.checkpoints,
                node.transfer,
                bench.events,
                bench.pace);

        assertThatThrownBy(() -> verifier.verify(VerifyPolicy.REPORT))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(verifier.confirm(Side.ORIGIN, Item.records(1), VerifyPolicy.REPAIR))
                .hasSize(1);
        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "v1");
    }

    @Test
    void whatTransfersWroteIsRecheckedOnceAndRepairedWhenItDiffers() throws Exception {
        bench.write(1, "one");
        bench.write(2, "two");
        Bench.Node node = bench.node();
        node.relay.runOnce();
        bench.items(Side.TARGET).put(2L, "other");

        Verifier.Recheck first = node.verifier.recheck(Side.ORIGIN, 10);
        assertThat(first.looked()).isEqualTo(2);
        assertThat(first.different()).isEqualTo(1);
        assertThat(bench.items(Side.TARGET)).containsEntry(2L, "two");

        assertThat(node.verifier.recheck(Side.ORIGIN, 10).looked())
                .as("the repaired one")
                .isEqualTo(1);
        assertThat(node.verifier.recheck(Side.ORIGIN, 10).looked()).isZero();
        assertThat(node.verifier.unconfirmed(Side.ORIGIN, 10)).isZero();
    }

    @Test
    void aRecheckGoesOnAtOnceOnlyWhenThereMayBeOthers() throws Exception {
        for (long id = 1; id <= 5; id++) {
            bench.write(id, "v");
        }
        Bench.Node node = bench.node();
        node.relay.runOnce();

        assertThat(node.verifier.recheck(Side.ORIGIN, 2).more()).isTrue();
        assertThat(node.verifier.recheck(Side.ORIGIN, 2).more()).isTrue();
        assertThat(node.verifier.recheck(Side.ORIGIN, 2).more()).isFalse();
    }

    @Test
    void recordsThatStayInFlightAreNotRecheckedWithoutAPause() throws Exception {
        bench.write(1, "v");
        bench.write(2, "v");
        Bench.Node node = bench.node();
        node.relay.runOnce();
        bench.write(1, "w");
        bench.write(2, "w");

        assertThat(node.verifier.recheck(Side.ORIGIN, 2).looked()).isEqualTo(2);
        assertThat(node.verifier.recheck(Side.ORIGIN, 2).more()).isFalse();
    }

    @Test
    void aDifferenceIsNotedInTheGenerationThatItWasFoundIn() throws Exception {
        both(1);
        Bench.Node stale = bench.node();
        ControlRow origin = bench.row(Side.ORIGIN);
        bench.fences.origin().change(origin, origin.inGeneration(2));
        verify(VerifyPolicy.REPORT);
        assertThat(bench.node().verifier.isClean(2)).isTrue();
        bench.items(Side.TARGET).put(1L, "other");

        confirm(stale, 1);

        assertThat(bench.checkpoints.find(Checkpoint.CLEAN_PASS, "item", 2))
                .get()
                .satisfies(pass -> assertThat(pass.done()).isFalse());
    }

    @Test
    void aDifferenceThatCannotBeNotedIsNotRepaired() {
        both(1);
        bench.items(Side.TARGET).put(1L, "other");
        Bench.Node node = bench.node();
        bench.controls.origin().unreachable(true);

        assertThatThrownBy(() -> node.verifier.confirm(Side.ORIGIN, Item.records(1), VerifyPolicy.REPAIR))
                .isInstanceOf(ControlException.class);

        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "other");
    }

    @Test
    void suspectsAreConfirmedAndRepairedAndFurtherOnesDropped() throws Exception {
        both(1, 2);
        bench.items(Side.TARGET).put(1L, "other");
        Bench.Node node = bench.node();
        Suspects suspects = new Suspects(node.board, node.verifier);
        assertThat(suspects.add(Item.record(1))).isTrue();
        assertThat(suspects.add(Item.record(2))).isTrue();

        suspects.confirm(10, VerifyPolicy.REPAIR);

        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "v1");
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
        suspects.confirm(10, VerifyPolicy.REPAIR);
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
        LongStream.rangeClosed(1, 1_000)
                .forEach(id -> assertThat(suspects.add(Item.record(id))).isTrue());
        assertThat(suspects.add(Item.record(1_001))).isFalse();
    }

    @Test
    void suspectsAreOnlyReportedWhereTheCopyMayLackRecords() throws Exception {
        both(1);
        bench.items(Side.TARGET).put(1L, "other");
        Bench.Node node = bench.node();
        Suspects suspects = new Suspects(node.board, node.verifier);
        suspects.add(Item.record(1));

        suspects.confirm(10, VerifyPolicy.REPORT);

        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "other");
    }

    private VerifyReport verify(VerifyPolicy policy) throws Exception {
        return bench.node().verifier.verify(policy);
    }

    private boolean isClean() {
        return bench.node().verifier.isClean(1);
    }

    private static void confirm(Bench.Node node, long id) {
        try {
            assertThat(node.verifier.confirm(Side.ORIGIN, Item.records(id), VerifyPolicy.REPAIR))
                    .hasSize(1);
        } catch (Exception unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private void both(long... ids) {
        for (long id : ids) {
            bench.items(Side.ORIGIN).put(id, "v" + id);
            bench.items(Side.TARGET).put(id, "v" + id);
        }
    }
}
