package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A verification that looks at a part. */
class VerifyScopeTest {
    private static final VerifyRequest REPORT = VerifyRequest.of(VerifyPolicy.REPORT);
    private static final VerifyRequest REPAIR = VerifyRequest.of(VerifyPolicy.REPAIR);

    private final Bench bench = Bench.at(Stage.SHADOW);

    @Test
    void aRangeIsFromItsFirstKeyToItsLast() throws Exception {
        both(9);
        bench.items(Side.TARGET).replaceAll((id, text) -> "other");

        VerifyReport report = verify(REPORT.within(Item.TYPE.between(3L, 5L)));

        assertThat(keys(report)).containsExactly("3", "4", "5");
        assertThat(report.rows().origin()).isEqualTo(3);
        assertThat(report.rows().target()).isEqualTo(3);
        assertThat(report.complete()).isTrue();
    }

    @Test
    void aRangeFindsWhatOnlyOneSideHasAtItsEnds() throws Exception {
        both(9);
        bench.items(Side.TARGET).keySet().remove(3L);
        bench.items(Side.ORIGIN).keySet().remove(5L);

        assertThat(verify(REPAIR.within(Item.TYPE.between(3L, 5L))).repaired()).isEqualTo(2);
        assertThat(bench.items(Side.TARGET)).containsKey(3L).doesNotContainKey(5L);
    }

    @Test
    void aRangeMayBeOpenAtItsEnds() throws Exception {
        both(9);
        bench.items(Side.TARGET).replaceAll((id, text) -> "other");

        assertThat(keys(verify(REPORT.within(new RecordRange("item", "8", null)))))
                .containsExactly("8", "9");
        assertThat(keys(verify(REPORT.within(new RecordRange("item", null, "2")))))
                .containsExactly("1", "2");
    }

    @Test
    void anEqualPartIsNoCleanPass() throws Exception {
        both(9);

        for (VerifyRequest part : List.of(REPORT.within(Item.TYPE.all()), REPORT.sample(1, 1), REPORT.recent(10))) {
            VerifyReport report = verify(part);
            assertThat(report.isEqual()).isTrue();
            assertThat(report.isClean()).isFalse();
            assertThat(isClean()).isFalse();
        }
    }

    @Test
    void aDifferenceInAPartVoidsTheCleanPass() throws Exception {
        for (VerifyRequest part : List.of(REPAIR.within(Item.TYPE.between(1L, 2L)), REPAIR.sample(1, 1))) {
            both(9);
            verify(REPORT);
            assertThat(isClean()).isTrue();
            bench.items(Side.TARGET).put(1L, "other");

            assertThat(verify(part).repaired()).isEqualTo(1);

            assertThat(isClean()).isFalse();
        }
    }

    @Test
    void aRangeOfATypeThatThereIsNotIsRefused() {
        assertThatThrownBy(() -> verify(REPORT.within(RecordRange.all("other"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aRangeOfWhichASideShowsNothingAlthoughItHasRecordsIsNotComplete(Side side) throws Exception {
        both(9);
        bench.maps.blind = Set.of(side);

        VerifyReport report = verify(REPORT.within(Item.TYPE.between(3L, 5L)));

        assertThat(report.complete()).isFalse();
        assertThat(report.isEqual()).isFalse();
    }

    @Test
    void theOnlyRecordOfARangeIsLookedAtEvenWhenBothSidesShowNothing() throws Exception {
        both(9);
        bench.items(Side.TARGET).put(3L, "other");
        bench.maps.blind = Set.of(Side.values());

        assertThat(keys(verify(REPORT.within(Item.TYPE.between(3L, 3L))))).containsExactly("3");
    }

    @Test
    void anEmptyRangeIsEqual() throws Exception {
        both(9);

        assertThat(verify(REPORT.within(Item.TYPE.between(20L, 30L))).isEqual()).isTrue();
    }

    @Test
    void aSampleLooksAtWholePagesTheSameOnesForTheSameSeed() throws Exception {
        both(5_000);
        bench.items(Side.TARGET).replaceAll((id, text) -> "other");

        VerifyReport report = verify(REPORT.sample(0.3, 7));

        assertThat(report.rows().origin()).isBetween(500L, 4_500L);
        assertThat(report.rows().origin() % 500).isZero();
        assertThat(report.confirmed()).isEqualTo(report.rows().origin());
        assertThat(keys(verify(REPORT.sample(0.3, 7)))).isEqualTo(keys(report));
        Set<String> ofManySeeds = new TreeSet<>();
        for (long seed = 1; seed <= 30; seed++) {
            ofManySeeds.addAll(keys(verify(REPORT.sample(0.1, seed))));
        }
        assertThat(ofManySeeds)
                .as("what thirty samples of a tenth have looked at")
                .hasSizeGreaterThan(4_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void howeverSmallTheShareOnePageIsLookedAt(long seed) throws Exception {
        both(1_400);
        bench.items(Side.TARGET).replaceAll((id, text) -> "other");

        assertThat(verify(REPORT.sample(1e-9, seed)).confirmed()).isIn(400L, 500L);
    }

    @Test
    void aSampleOfEverythingFindsWhatOneSideLacks() throws Exception {
        both(1_400);
        for (long id : new long[] {1, 500, 501, 1_400}) {
            bench.items(Side.TARGET).remove(id);
        }
        bench.items(Side.TARGET).put(0L, "extra");
        bench.items(Side.TARGET).put(2_000L, "extra");

        assertThat(verify(REPORT.sample(1, 1)).samples())
                .extracting(found -> found.record().key() + found.kind())
                .containsExactly("0EXTRA", "1MISSING", "500MISSING", "501MISSING", "1400MISSING", "2000EXTRA");
    }

    @Test
    void aPageOfWhichASideShowsNothingIsLookedAtRecordByRecord() throws Exception {
        both(9);
        bench.items(Side.TARGET).put(4L, "other");
        bench.maps.blind = Set.of(Side.values());

        assertThat(keys(verify(REPORT.sample(1, 1)))).containsExactly("4");
    }

    @Test
    void aSampleStopsWhereItIsToStop() throws Exception {
        both(1_400);
        bench.items(Side.TARGET).put(3L, "other");
        bench.items(Side.TARGET).put(900L, "other");

        VerifyReport report = verify(VerifyRequest.of(VerifyPolicy.STOP).sample(1, 1));

        assertThat(report.stoppedAt()).isEqualTo(Item.record(3));
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
    }

    @Test
    void recentRecordsAreThoseThatTransfersWroteAndNobodyConfirmed() throws Exception {
        both(3);
        bench.items(Side.TARGET).put(3L, "not recent");
        for (long id = 1; id <= 2; id++) {
            bench.write(id, "newer");
        }
        bench.node().relay.runOnce();
        bench.items(Side.TARGET).put(2L, "other");

        VerifyReport report = verify(REPORT.recent(10));

        assertThat(keys(report)).containsExactly("2");
        assertThat(report.rows().origin()).isEqualTo(2);
        assertThat(report.isEqual()).isFalse();
        assertThat(verify(REPAIR.recent(10)).repaired()).isEqualTo(1);
        assertThat(verify(REPORT.recent(10)).rows().origin())
                .as("what is left to be looked at")
                .isZero();
        assertThat(bench.items(Side.TARGET)).containsEntry(3L, "not recent");
    }

    @Test
    void asManyRecentRecordsAsWereAskedForMayNotBeAll() throws Exception {
        for (long id = 1; id <= 3; id++) {
            bench.write(id, "v");
        }
        bench.node().relay.runOnce();

        assertThat(verify(REPORT.recent(2)).complete()).isFalse();
        assertThat(verify(REPORT.recent(2)).complete()).isTrue();
    }

    @Test
    void recentRecordsNeedNoListing() throws Exception {
        bench.write(1, "v");
        Bench.Node node = bench.node();
        node.relay.runOnce();
        Verifier verifier = new Verifier(
                node.board,
                List.of(Item.TYPE),
                null,
                bench.maps,
                bench.checkpoints,
                node.transfer,
                bench.events,
                bench.pace);

        assertThat(verifier.verify(REPORT.recent(10)).isEqual()).isTrue();
        assertThatThrownBy(() -> verifier.verify(REPORT.sample(0.5, 1)))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
    void aSampleIsAShare(double share) {
        assertThatThrownBy(() -> REPORT.sample(share, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(String.valueOf(share));
    }

    private VerifyReport verify(VerifyRequest request) throws Exception {
        return bench.node().verifier.verify(request);
    }

    private boolean isClean() {
        return bench.node().verifier.isClean(1);
    }

    private static List<String> keys(VerifyReport report) {
        return report.samples().stream().map(found -> found.record().key()).toList();
    }

    private void both(long most) {
        LongStream.rangeClosed(1, most).forEach(id -> {
            bench.items(Side.ORIGIN).put(id, "v" + id);
            bench.items(Side.TARGET).put(id, "v" + id);
        });
    }
}
