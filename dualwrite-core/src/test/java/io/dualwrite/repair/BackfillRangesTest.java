package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.Finished;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BackfillRangesTest {
    private static final int RANGES = 3;
    private static final BackfillSettings SETTINGS = new BackfillSettings(
                    2, 2, Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofMinutes(1))
            .withRanges(RANGES);
    private static final BackfillSettings ONE = SETTINGS.withRanges(1);

    private Bench bench = Bench.at(Stage.DUAL_WRITE);

    @BeforeEach
    void fill() {
        bench = Bench.at(Stage.DUAL_WRITE);
        LongStream.rangeClosed(1, 14).map(number -> 10 * number).forEach(this::originHas);
        // Before the first, between, at a border to be, and after the last.
        for (long leftover : new long[] {-5, 0, 41, 45, 99, 101, 150, 151, 152, 153, 900}) {
            bench.items(Side.TARGET).put(leftover, "of an earlier attempt");
        }
        bench.items(Side.TARGET).put(50L, "stale");
    }

    @Test
    void everyRangeArrivesAndLeftoversOfEachGo() throws Exception {
        BackfillReport report = backfill(SETTINGS).run();

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(report.rows()).isEqualTo(14 + 11);
        assertThat(backfill(ONE).isComplete(1)).isTrue();
        assertThat(bench.events.of(Finished.class)).hasSize(1);
        assertThat(bench.events.of(Progress.class)).last().satisfies(told -> {
            assertThat(told.done()).isEqualTo(25);
            assertThat(told.percent()).hasValue(100);
        });
        assertThat(borders()).hasSize(RANGES - 1).isSubsetOf(keysOfOrigin());
    }

    @Test
    void theRangesAreWalkedAtTheSameTime() throws Exception {
        CountDownLatch together = new CountDownLatch(RANGES);
        Scan scan = listing(() -> {
            together.countDown();
            if (!together.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("A range waited for another one");
            }
        });

        backfill(SETTINGS, scan, bench.checkpoints).run();

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void fewerKeysThanRangesAreNoDifficulty(int records) throws Exception {
        bench.items(Side.ORIGIN).clear();
        LongStream.range(0, records).forEach(this::originHas);

        backfill(SETTINGS.withRanges(8)).run();

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN)).hasSize(records);
        assertThat(backfill(ONE).isComplete(1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedAtAnyChunkAndResumedTwiceFromTheSameCheckpointsItEndsTheSame(boolean beforeItsCommit) throws Exception {
        for (int chunk = 1; kill(chunk, beforeItsCommit); chunk++) {
            List<Checkpoint> at = checkpoints();
            assertThat(backfill(ONE).isComplete(1)).isFalse();
            TreeSet<String> borders = borders();

            // By nodes that are told otherwise: what was agreed upon stays.
            backfill(SETTINGS.withRanges(7)).run();
            assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));

            restore(at);
            bench.items(Side.TARGET).put(120L, "spoilt ahead of no cursor and of some");
            bench.items(Side.ORIGIN).put(120L, "changed");
            bench.journals.origin().append(Item.records(120));
            backfill(ONE).run();
            Bench.Node node = bench.node();
            while (node.relay.runOnce() > 0) {
                continue;
            }
            assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
            assertThat(borders()).isEqualTo(borders).hasSize(RANGES - 1);
            assertThat(backfill(ONE).isComplete(1)).isTrue();
            fill();
        }
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
    }

    /** Whether a chunk of that number was there to be killed in. */
    private boolean kill(int chunk, boolean beforeItsCommit) throws Exception {
        AtomicInteger chunks = new AtomicInteger();
        if (beforeItsCommit) {
            bench.maps.beforeCarry = (authority, records) -> die(chunks, chunk);
        } else {
            bench.maps.afterCarry = () -> die(chunks, chunk);
        }
        try {
            backfill(SETTINGS).run();
            return false;
        } catch (StackOverflowError killed) {
            return true;
        } finally {
            bench.maps.beforeCarry = (authority, records) -> {};
            bench.maps.afterCarry = () -> {};
        }
    }

    private static void die(AtomicInteger chunks, int chunk) {
        if (chunks.incrementAndGet() >= chunk) {
            throw new StackOverflowError("killed");
        }
    }

    @Test
    void killedAnywhereBeforeTheBordersAreAgreedUponTheNextOnesAgree() throws Exception {
        for (int call = 1; ; call++) {
            fill();
            Dying dying = new Dying(bench.checkpoints, call);
            try {
                backfill(SETTINGS, bench.maps, dying).run();
                break;
            } catch (StackOverflowError killed) {
                backfill(SETTINGS.withRanges(2)).run();
                assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
                assertThat(backfill(ONE).isComplete(1)).isTrue();
            }
        }
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
    }

    @Test
    void nodesThatFindDifferentBordersAtTheSameTimeUseTheSame() throws Exception {
        Backfill other = backfill(SETTINGS.withRanges(5));
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        AtomicInteger calls = new AtomicInteger();
        Checkpoints racing = new Checkpoints() {
            @Override
            public Optional<Checkpoint> find(String job, String type, int generation) {
                return bench.checkpoints.find(job, type, generation);
            }

            @Override
            public void save(Checkpoint checkpoint) {
                bench.checkpoints.save(checkpoint);
            }

            @Override
            public boolean replace(@Nullable Checkpoint expected, Checkpoint next) {
                if (calls.incrementAndGet() == 2) {
                    // How many is decided; of the borders themselves there is none yet, and here come others.
                    LongStream.of(-20, -19, -18, -17).forEach(BackfillRangesTest.this::originHas);
                    try {
                        other.run();
                    } catch (Throwable thrown) {
                        failed.set(thrown);
                    }
                }
                return bench.checkpoints.replace(expected, next);
            }
        };

        backfill(SETTINGS, bench.maps, racing).run();

        assertThat(failed.get()).isNull();
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(borders()).hasSize(RANGES - 1);
    }

    @Test
    void twoAtOnceEndWithTheSameAsOne() throws Exception {
        CountDownLatch together = new CountDownLatch(2);
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (BackfillSettings settings : List.of(SETTINGS, SETTINGS.withRanges(4))) {
            Backfill backfill = backfill(settings);
            runs.add(CompletableFuture.runAsync(
                    () -> {
                        together.countDown();
                        try {
                            together.await();
                            backfill.run();
                        } catch (InterruptedException stop) {
                            throw new IllegalStateException(stop);
                        }
                    },
                    task -> new Thread(task).start()));
        }
        for (CompletableFuture<Void> run : runs) {
            run.get(30, TimeUnit.SECONDS);
        }

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(backfill(ONE).isComplete(1)).isTrue();
    }

    @Test
    void whatWasBegunWithOneCursorGoesOnWithIt() throws Exception {
        bench.checkpoints.save(new Checkpoint(Checkpoint.BACKFILL, "item", 1, "100", 10, false));
        bench.items(Side.TARGET).clear();

        BackfillReport report = backfill(SETTINGS).run();

        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(110L, 120L, 130L, 140L);
        assertThat(report.rows()).isEqualTo(14);
        assertThat(bench.checkpoints.find(Checkpoint.borders(0), "item", 1)).isEmpty();
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws Exception {
        backfill(SETTINGS).run();
        bench.maps.carried.clear();

        assertThat(backfill(SETTINGS).run().rows()).isEqualTo(25);

        assertThat(bench.maps.carried).isEmpty();
    }

    @Test
    void aRangeThatGivesUpEndsTheOthersAndTheRunTellsWhy() throws Exception {
        SQLException cause = new SQLException("gone", "08006");
        bench.maps.beforeCarry = (authority, records) -> {
            throw cause;
        };

        assertThatThrownBy(() -> backfill(SETTINGS).run())
                .isInstanceOf(BackfillException.class)
                .hasCause(cause);

        assertThat(crew()).isEmpty();
        assertThat(backfill(ONE).isComplete(1)).isFalse();
    }

    @Test
    void anInterruptEndsEveryRangeBetweenTwoChunks() throws Exception {
        CountDownLatch walking = new CountDownLatch(RANGES);
        Thread caller = Thread.currentThread();
        AtomicBoolean told = new AtomicBoolean();
        AtomicInteger interrupts = new AtomicInteger();
        bench.maps.beforeCarry = (authority, records) -> {
            if (Thread.interrupted()) {
                interrupts.incrementAndGet();
            }
        };
        Scan scan = listing(() -> {
            walking.countDown();
            if (!walking.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("A range waited for another one");
            }
            if (!told.getAndSet(true)) {
                caller.interrupt();
            }
            // It has heard of it when it waits for everybody to come to an end; who has ended before has nothing to
            // interrupt.
            while (caller.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        });

        assertThatThrownBy(() -> backfill(SETTINGS, scan, bench.checkpoints).run())
                .isInstanceOf(InterruptedException.class);

        assertThat(crew()).isEmpty();
        assertThat(interrupts).hasValue(0);
        backfill(SETTINGS).run();
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
    }

    @Test
    void aPlanCountsWhatAllRangesHaveDone() throws Exception {
        assertThat(kill(4, false)).isTrue();

        BackfillPlan plan = backfill(SETTINGS).plan(bench.preflight());

        assertThat(plan.ranges()).isEqualTo(RANGES);
        assertThat(plan.types().get(0).done()).isBetween(4L, 2L * (4 + RANGES));
        assertThat(plan.types().get(0).ended()).isFalse();
    }

    @Test
    void aMillionKeysAreCutInPartsThatDifferByLittle() {
        EvenBorders borders = new EvenBorders();
        LongStream.range(0, 1_000_000).forEach(key -> borders.add(String.valueOf(key)));

        List<String> cut = borders.cut(16);

        assertThat(cut).hasSize(15);
        long last = -1;
        for (String border : cut) {
            assertThat(Long.parseLong(border) - last).isBetween(61_500L, 63_500L);
            last = Long.parseLong(border);
        }
    }

    /** Does something whenever a thread of a run's own lists keys. */
    private Scan listing(Waiting first) {
        return new Scan() {
            @Override
            public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) throws Exception {
                if (Thread.currentThread().getName().startsWith("dualwrite-backfill-")) {
                    first.happen();
                }
                return bench.maps.keysAfter(side, type, after, limit);
            }

            @Override
            public Prints fingerprints(Side side, RecordRange range) {
                return bench.maps.fingerprints(side, range);
            }
        };
    }

    private interface Waiting {
        void happen() throws Exception;
    }

    /** Checkpoints of a process that is killed when it does something for the n-th time. */
    private record Dying(Checkpoints behind, int last, AtomicInteger calls) implements Checkpoints {
        Dying(Checkpoints behind, int last) {
            this(behind, last, new AtomicInteger());
        }

        @Override
        public Optional<Checkpoint> find(String job, String type, int generation) {
            die(calls, last);
            return behind.find(job, type, generation);
        }

        @Override
        public void save(Checkpoint checkpoint) {
            die(calls, last);
            behind.save(checkpoint);
        }

        @Override
        public boolean replace(@Nullable Checkpoint expected, Checkpoint next) {
            die(calls, last);
            return behind.replace(expected, next);
        }
    }

    private Backfill backfill(BackfillSettings settings) {
        return backfill(settings, bench.maps, bench.checkpoints);
    }

    private Backfill backfill(BackfillSettings settings, Scan scan, Checkpoints checkpoints) {
        Bench.Node node = bench.node();
        return new Backfill(
                node.board, List.of(Item.TYPE), scan, checkpoints, node.transfer, settings, bench.events, bench.pace);
    }

    /** All that are saved of this generation. */
    private List<Checkpoint> checkpoints() {
        List<Checkpoint> all = new ArrayList<>();
        for (String job : jobs()) {
            bench.checkpoints.find(job, "item", 1).ifPresent(all::add);
        }
        return all;
    }

    private static List<String> jobs() {
        List<String> jobs = new ArrayList<>(List.of(Checkpoint.BACKFILL));
        for (int number = 0; number < BackfillSettings.MOST_RANGES; number++) {
            jobs.add(Checkpoint.range(number));
            jobs.add(Checkpoint.borders(number));
        }
        return jobs;
    }

    /** The same stores, with checkpoints as they once were. */
    private void restore(List<Checkpoint> saved) {
        Bench before = bench;
        bench = Bench.at(Stage.DUAL_WRITE);
        for (Side side : Side.values()) {
            bench.items(side).putAll(before.items(side));
        }
        saved.forEach(bench.checkpoints::save);
    }

    private TreeSet<String> borders() {
        TreeSet<String> borders = new TreeSet<>();
        for (int number = 1; number < BackfillSettings.MOST_RANGES; number++) {
            bench.checkpoints
                    .find(Checkpoint.borders(number), "item", 1)
                    .map(Checkpoint::position)
                    .ifPresent(borders::add);
        }
        return borders;
    }

    private List<String> keysOfOrigin() {
        return bench.items(Side.ORIGIN).keySet().stream().map(String::valueOf).toList();
    }

    private static Set<Thread> crew() {
        Set<Thread> crew = new HashSet<>(Thread.getAllStackTraces().keySet());
        crew.removeIf(thread -> !thread.getName().startsWith("dualwrite-backfill-") || !thread.isAlive());
        return crew;
    }

    private void originHas(long... ids) {
        LongStream.of(ids).forEach(id -> bench.items(Side.ORIGIN).put(id, "v" + id));
    }
}
