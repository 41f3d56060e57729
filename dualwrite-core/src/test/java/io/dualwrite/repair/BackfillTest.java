package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.Finished;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackfillTest {
    private static final BackfillSettings GROWING =
            new BackfillSettings(4, 16, Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofMinutes(1));

    private Bench bench = Bench.at(Stage.DUAL_WRITE);

    @Test
    void everythingThatWasThereBeforeArrives() throws Exception {
        originHas(1, 2, 3, 4, 5);

        BackfillReport report = bench.node().backfill.run();

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN)).hasSize(5);
        assertThat(report.rows()).isEqualTo(5);
        assertThat(bench.node().backfill.isComplete(1)).isTrue();
        assertThat(bench.events.of(Finished.class)).hasSize(1);
        assertThat(bench.events.of(Progress.class))
                .last()
                .satisfies(told -> assertThat(told.done()).isEqualTo(5));
    }

    /** While it is handed over nobody has the authority. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FROZEN")
    void aPlanTellsWhatIsAgainstTheCopyAsLongAsTheTargetIsOne(Stage stage) throws Exception {
        bench = Bench.at(stage);
        bench.againstCopy.add("a table is missing");

        List<String> obstacles = bench.node().backfill.plan(bench.preflight()).obstacles();

        assertThat(obstacles.contains("a table is missing")).isEqualTo(!stage.isBeyondFlip());
    }

    @Test
    void leftoversOnTheCopyGo() throws Exception {
        originHas(2, 4);
        for (long leftover : new long[] {1, 3, 5, 6, 7, 8, 9}) {
            bench.items(Side.TARGET).put(leftover, "of an earlier attempt");
        }

        bench.node().backfill.run();

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
    }

    @Test
    void aRecordThatIsThereAlreadyGetsTheAuthoritysContents() throws Exception {
        originHas(1);
        bench.items(Side.TARGET).put(1L, "stale");

        bench.node().backfill.run();

        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "v1");
    }

    @Test
    void noRecordIsWrittenWhoseKeyWasNotListed() throws Exception {
        originHas(1, 2, 3, 4, 5);
        bench.items(Side.TARGET).put(2L, "v2");

        bench.node().backfill.run();

        assertThat(bench.maps.carried).containsExactly(Item.records(1, 2), Item.records(3, 4), Item.records(5));
    }

    @Test
    void anEmptyMigrationIsBackfilledAtOnce() throws Exception {
        bench.node().backfill.run();

        assertThat(bench.node().backfill.isComplete(1)).isTrue();
        assertThat(bench.maps.carried).isEmpty();
    }

    @Test
    void aKilledBackfillGoesOnWhereItsCheckpointWas() throws Exception {
        originHas(1, 2, 3, 4, 5);
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.contains(Item.record(3))) {
                throw new StackOverflowError("killed");
            }
        };
        assertThatThrownBy(() -> bench.node().backfill.run()).isInstanceOf(StackOverflowError.class);
        assertThat(bench.node().backfill.isComplete(1)).isFalse();
        bench.maps.beforeCarry = (authority, records) -> {};
        bench.maps.carried.clear();

        BackfillReport report = bench.node().backfill.run();

        assertThat(bench.maps.carried).containsExactly(Item.records(3, 4), Item.records(5));
        assertThat(report.rows()).isEqualTo(5);
    }

    @Test
    void aFinishedBackfillIsNotDoneAgainAndAnotherGenerationIs() throws Exception {
        originHas(1);
        bench.node().backfill.run();
        bench.maps.carried.clear();

        bench.node().backfill.run();
        assertThat(bench.maps.carried).isEmpty();

        assertThat(bench.node().backfill.isComplete(2)).isFalse();
    }

    @Test
    void chunksGrowWhileTheyAreQuickAndHalveWhenTheyAreSlow() throws Exception {
        LongStream.rangeClosed(1, 100).forEach(this::originHas);
        bench.maps.beforeCarry =
                (authority, records) -> bench.pace.pass(Duration.ofMillis(bench.maps.carried.size() == 4 ? 201 : 99));

        backfill(GROWING).run();

        assertThat(sizes()).containsExactly(4, 8, 16, 16, 8, 16, 16, 16);
    }

    @Test
    void aChunkThatIsNeitherQuickNorSlowKeepsItsSize() throws Exception {
        LongStream.rangeClosed(1, 12).forEach(this::originHas);
        bench.maps.beforeCarry = (authority, records) -> bench.pace.pass(Duration.ofMillis(150));

        backfill(GROWING).run();

        assertThat(sizes()).containsExactly(4, 4, 4);
    }

    @Test
    void aChunkThatFailsIsTriedAgainAtHalfItsSizeAfterARest() throws Exception {
        LongStream.rangeClosed(1, 4).forEach(this::originHas);
        bench.maps.beforeCarry = (authority, records) -> {
            bench.pace.pass(Duration.ofMillis(150));
            if (bench.maps.carried.size() <= 4) {
                throw new SQLException("lock time-out", "HYT00");
            }
        };

        backfill(GROWING).run();

        assertThat(sizes()).containsExactly(4, 2, 1, 1, 1, 1, 1, 1);
        assertThat(bench.pace.nanos())
                .isEqualTo(Duration.ofMillis(4 * 500 + 8 * 150).toNanos());
        assertThat(bench.items(Side.TARGET)).hasSize(4);
    }

    @Test
    void aBackfillThatNothingGetsThroughForGivesUpAndTellsWhy() throws Exception {
        originHas(1, 2);
        SQLException cause = new SQLException("gone", "08006");
        bench.maps.beforeCarry = (authority, records) -> {
            throw cause;
        };

        assertThatThrownBy(() -> backfill(GROWING).run())
                .isInstanceOf(BackfillException.class)
                .hasCause(cause);

        assertThat(Duration.ofNanos(bench.pace.nanos())).isBetween(Duration.ofMinutes(1), Duration.ofSeconds(62));
        assertThat(bench.node().backfill.isComplete(1)).isFalse();
    }

    @Test
    void patienceBeginsAnewWithEveryChunkThatGotThrough() throws Exception {
        LongStream.rangeClosed(1, 40).forEach(this::originHas);
        int[] calls = new int[1];
        bench.maps.beforeCarry = (authority, records) -> {
            if (++calls[0] % 10 != 0) {
                bench.pace.pass(Duration.ofSeconds(6));
                throw new SQLException("lock time-out", "HYT00");
            }
        };

        backfill(GROWING).run();

        assertThat(bench.pace.nanos()).isGreaterThan(Duration.ofMinutes(3).toNanos());
        assertThat(bench.node().backfill.isComplete(1)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"OFF", "JOURNAL", "LIVE", "RAMP_DOWN", "COMPLETE"})
    void outsideDualWriteAndShadowABackfillIsRefused(Stage stage) {
        bench = Bench.at(stage);
        bench.items(Side.TARGET).put(1L, "written since");

        assertThatThrownBy(() -> bench.node().backfill.run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the stage is " + stage);

        assertThat(bench.maps.carried).isEmpty();
        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(1L);
    }

    @Test
    void aBackfillThatMeetsAFlipStopsAtOnceAndWritesNothing() throws Exception {
        originHas(1, 2, 3, 4);
        Backfill late = bench.node().backfill;
        int[] chunks = new int[1];
        bench.maps.beforeCarry = (authority, records) -> chunks[0]++;
        // The origin's row was read before, as that of a node that paused right there.
        bench.fences
                .target()
                .change(bench.row(Side.TARGET), bench.row(Side.TARGET).as(Role.CLOSED, 0));

        assertThatThrownBy(late::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no longer has the authority");

        assertThat(chunks[0]).isZero();
        assertThat(bench.items(Side.TARGET)).isEmpty();
        assertThat(bench.pace.nanos()).isLessThan(GROWING.patience().toNanos());
    }

    @Test
    void anInterruptedBackfillEndsAndGoesOnLater() throws Exception {
        originHas(1, 2, 3);
        bench.maps.beforeCarry = (authority, records) -> {
            throw new InterruptedException();
        };
        assertThatThrownBy(() -> bench.node().backfill.run()).isInstanceOf(InterruptedException.class);

        bench.maps.beforeCarry = (authority, records) -> {};
        bench.node().backfill.run();
        assertThat(bench.items(Side.TARGET)).hasSize(3);
    }

    @Test
    void twoAtOnceEndWithTheSameAsOne() throws Exception {
        originHas(1, 2, 3, 4, 5, 6);
        bench.items(Side.TARGET).put(7L, "leftover");
        Backfill second = bench.node().backfill;
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.contains(Item.record(3))) {
                bench.maps.beforeCarry = (again, others) -> {};
                second.run();
            }
        };

        bench.node().backfill.run();

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(bench.node().backfill.isComplete(1)).isTrue();
    }

    @Test
    void itEndsAndIsRightWhileRecordsComeAndGo() throws Exception {
        originHas(1, 2, 3, 4, 5, 6);
        bench.maps.beforeCarry = (authority, records) -> {
            long at = records.stream()
                    .map(RecordId::key)
                    .mapToLong(Long::valueOf)
                    .max()
                    .orElseThrow();
            if (at < 20) {
                // Behind the cursor, in this chunk, and ahead of it.
                bench.write(-at, "behind");
                bench.write(at, "changed");
                bench.write(at + 3, "ahead");
                bench.items(Side.ORIGIN).remove(at + 1);
                bench.journals.origin().append(Item.records(at + 1));
            }
        };
        Bench.Node node = bench.node();

        node.backfill.run();
        bench.maps.beforeCarry = (authority, records) -> {};
        while (node.relay.runOnce() > 0) {
            continue;
        }

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN)).hasSizeGreaterThan(10);
    }

    @Test
    void theBackfillForgetsTheIntentsOfWhatItBroughtOver() throws Exception {
        bench.write(1, "one");

        bench.node().backfill.run();

        assertThat(bench.journals.origin().backlog().isEmpty()).isTrue();
    }

    private Backfill backfill(BackfillSettings settings) {
        return new Bench.Node(bench, Bench.RELAY, settings, Bench.HANDOVER).backfill;
    }

    private List<Integer> sizes() {
        return bench.maps.carried.stream().map(Set::size).toList();
    }

    private void originHas(long... ids) {
        LongStream.of(ids).forEach(id -> bench.items(Side.ORIGIN).put(id, "v" + id));
    }
}
