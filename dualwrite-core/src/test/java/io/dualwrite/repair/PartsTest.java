package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backfill and a verification in parts, each worked off by a node that knows nothing of the others. */
class PartsTest {
    private static final int RANGES = 4;
    private static final BackfillSettings SETTINGS = new BackfillSettings(
                    2, 2, Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofMinutes(10))
            .withRanges(RANGES);

    private Bench bench = Bench.at(Stage.DUAL_WRITE);

    @BeforeEach
    void fill() {
        LongStream.rangeClosed(1, 40).forEach(id -> bench.items(Side.ORIGIN).put(id, "v" + id));
        bench.items(Side.TARGET).put(99L, "left over");
    }

    private Backfill backfill() {
        Bench.Node node = bench.node();
        return new Backfill(
                node.board,
                List.of(Item.TYPE),
                bench.maps,
                bench.checkpoints,
                node.transfer,
                SETTINGS,
                bench.events,
                bench.pace);
    }

    private void backfillAll() throws Exception {
        for (Part part : backfill().parts()) {
            backfill().run(part);
        }
    }

    @Test
    void partsInAnyOrderMakeAWholeBackfill() throws Exception {
        List<Part> parts = new ArrayList<>(backfill().parts());
        assertThat(parts).hasSize(RANGES).isEqualTo(backfill().parts());
        Collections.reverse(parts);
        long rows = 0;
        for (Part part : parts) {
            assertThat(backfill().isComplete(1)).isFalse();
            rows += backfill().run(part);
        }

        assertThat(rows).isEqualTo(41);
        assertThat(backfill().isComplete(1)).isTrue();
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(backfill().parts()).isEmpty();
    }

    @Test
    void eachPartTellsHowFarItIsByItsNumberAndItsShare() throws Exception {
        List<Part> parts = backfill().parts();
        bench.maps.afterCarry = () -> bench.pace.pass(Duration.ofSeconds(1));
        backfill().run(parts.get(2));

        List<Progress> told = bench.events.of(Progress.class);
        assertThat(told)
                .hasSizeGreaterThan(3)
                .allSatisfy(each -> assertThat(each.part()).isEqualTo(2));
        assertThat(told.get(0).total()).isEqualTo(40 / RANGES);
        assertThat(told.get(told.size() - 1).percent()).hasValue(100);
    }

    @Test
    void aPartThatWasDoneTwiceOrIsOfAnotherGenerationChangesNothing() throws Exception {
        List<Part> parts = backfill().parts();
        for (Part part : parts.subList(1, RANGES)) {
            assertThat(backfill().run(part)).isEqualTo(backfill().run(part)).isPositive();
        }
        backfill().run(parts.get(0));
        bench.maps.carried.clear();

        assertThat(backfill().run(parts.get(1))).isZero();
        assertThat(backfill().run(new Part("item", 7, 0))).isZero();
        assertThat(bench.maps.carried).isEmpty();
        assertThatThrownBy(() -> backfill().run(new Part("other", 1, 0))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whoDiesBetweenTheLastRangesEndAndTheTypesEndIsFollowedBySomebodyWhoEndsIt() throws Exception {
        List<Part> parts = backfill().parts();
        for (Part part : parts) {
            backfill().run(part);
        }
        List<Checkpoint> saved = new ArrayList<>();
        for (int number = 0; number < RANGES; number++) {
            bench.checkpoints.find(Checkpoint.range(number), "item", 1).ifPresent(saved::add);
            bench.checkpoints.find(Checkpoint.borders(number), "item", 1).ifPresent(saved::add);
        }
        bench = Bench.at(Stage.DUAL_WRITE);
        saved.forEach(bench.checkpoints::save);
        assertThat(backfill().isComplete(1)).isFalse();

        backfill().run(parts.get(2));

        assertThat(backfill().isComplete(1)).isTrue();
    }

    @Test
    void aPartIsNamedWithoutItsKeys() {
        Part part = new Part("a/b", 3, 14);
        assertThat(Part.of(part.id())).isEqualTo(part);
        assertThatThrownBy(() -> Part.of("3/14")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void allPartsFoundEqualByAnyNodesAreACleanPass() throws Exception {
        backfillAll();
        List<Part> parts = new ArrayList<>(bench.node().verifier.beginParts());
        assertThat(parts).hasSize(RANGES);
        Collections.reverse(parts);
        long read = 0;
        for (Part part : parts) {
            assertThat(bench.node().verifier.isClean(1)).isFalse();
            VerifyReport report = bench.node().verifier.verify(part, VerifyPolicy.REPORT);
            assertThat(report.isEqual()).isTrue();
            assertThat(report.isClean()).as("a part of it").isFalse();
            read += report.rows().target();
        }
        assertThat(bench.node().verifier.isClean(1)).isTrue();
        assertThat(read).isGreaterThanOrEqualTo(40);
    }

    @Test
    void everyDifferenceIsToldOnceAlsoAtABorder() throws Exception {
        backfillAll();
        bench.items(Side.TARGET).replaceAll((id, text) -> "other");

        long confirmed = 0;
        for (Part part : bench.node().verifier.beginParts()) {
            confirmed += bench.node().verifier.verify(part, VerifyPolicy.REPORT).confirmed();
        }

        assertThat(confirmed).isEqualTo(40);
        assertThat(bench.node().verifier.isClean(1)).isFalse();
    }

    @Test
    void afterADifferenceInOnePartAllAreReadAnew() throws Exception {
        backfillAll();
        bench.items(Side.TARGET).put(35L, "other");
        for (Part part : bench.node().verifier.beginParts()) {
            bench.node().verifier.verify(part, VerifyPolicy.REPAIR);
        }
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(bench.node().verifier.isClean(1)).isFalse();
        List<Part> parts = bench.node().verifier.beginParts();
        for (Part part : parts.subList(1, RANGES)) {
            bench.node().verifier.verify(part, VerifyPolicy.REPAIR);
        }
        assertThat(bench.node().verifier.isClean(1)).isFalse();

        bench.node().verifier.verify(parts.get(0), VerifyPolicy.REPAIR);

        assertThat(bench.node().verifier.isClean(1)).isTrue();
    }

    @Test
    void aDifferenceConfirmedWhileOthersReadTheLastPartIsNotForgotten() throws Exception {
        backfillAll();
        List<Part> parts = bench.node().verifier.beginParts();
        for (Part part : parts.subList(0, RANGES - 1)) {
            bench.node().verifier.verify(part, VerifyPolicy.REPORT);
        }
        bench.items(Side.TARGET).put(1L, "other");
        boolean[] once = new boolean[1];
        bench.maps.beforePrints = () -> {
            if (!once[0]) {
                once[0] = true;
                confirm(1);
            }
        };

        VerifyReport last = bench.node().verifier.verify(parts.get(RANGES - 1), VerifyPolicy.REPORT);

        assertThat(last.isEqual()).isTrue();
        assertThat(bench.node().verifier.isClean(1)).isFalse();
    }

    private void confirm(long id) {
        try {
            assertThat(bench.node().verifier.confirm(Side.ORIGIN, Item.records(id), VerifyPolicy.REPORT))
                    .hasSize(1);
        } catch (Exception unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    @Test
    void ofAPartThatIsNotThereNothingIsReadAndNothingProved() throws Exception {
        backfillAll();
        bench.node().verifier.beginParts();
        for (Part part : List.of(new Part("item", 1, RANGES), new Part("item", 2, 0))) {
            VerifyReport report = bench.node().verifier.verify(part, VerifyPolicy.REPORT);
            assertThat(report.isEqual()).isFalse();
            assertThat(report.rows().origin()).isZero();
        }
    }

    @Test
    void aSideThatShowsNothingProvesNothing() throws Exception {
        backfillAll();
        bench.maps.blind = Set.of(Side.ORIGIN, Side.TARGET);
        for (Part part : bench.node().verifier.beginParts()) {
            assertThat(bench.node().verifier.verify(part, VerifyPolicy.REPORT).isEqual())
                    .isFalse();
        }
        assertThat(bench.node().verifier.isClean(1)).isFalse();
    }

    @Test
    void withoutRangesThereIsOnePart() throws Exception {
        Bench.Node node = bench.node();
        assertThat(node.backfill.parts()).containsExactly(new Part("item", 1, 0));
        node.backfill.run(new Part("item", 1, 0));
        assertThat(node.backfill.isComplete(1)).isTrue();
        assertThat(node.verifier.beginParts()).containsExactly(new Part("item", 1, 0));
        assertThat(node.verifier
                        .verify(new Part("item", 1, 0), VerifyPolicy.REPORT)
                        .isEqual())
                .isTrue();
        assertThat(node.verifier.isClean(1)).isTrue();
    }
}
