package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.Braked;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BrakesTest {
    private static final Duration ASK_AGAIN = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Throttle THROTTLE =
            Throttle.defaults().withAsking(ASK_AGAIN, Duration.ofSeconds(20)).withBacklog(3, Duration.ofSeconds(10));

    private final Bench bench = Bench.at(Stage.DUAL_WRITE);
    private final AtomicBoolean braking = new AtomicBoolean();

    @Test
    void everyChunkAsksFirst() throws Exception {
        originHas(1, 2, 3, 4, 5, 6);
        AtomicInteger asked = new AtomicInteger();
        int[] askedBefore = new int[1];
        bench.maps.beforeCarry = (authority, records) -> {
            assertThat(asked.get()).isEqualTo(++askedBefore[0]);
        };

        backfill(THROTTLE.withBrake(() -> asked.incrementAndGet() < 0 ? "never" : null))
                .run();

        assertThat(bench.maps.carried).hasSize(3);
        assertThat(bench.events.of(Braked.class)).isEmpty();
    }

    @Test
    void nothingIsCopiedWhileAConditionHoldsAndAllIsWhenItEnds() throws Exception {
        originHas(1, 2, 3);
        braking.set(true);
        letGoAfter(Duration.ofMinutes(5), () -> braking.set(false));

        backfill(THROTTLE.withBrake(Brake.when("the replica lags 7 s", braking::get)))
                .run();

        assertThat(bench.items(Side.TARGET)).hasSize(3);
        assertThat(bench.pace.nanos()).isEqualTo(Duration.ofMinutes(5).toNanos());
        assertThat(bench.events.of(Braked.class))
                .containsExactly(
                        new Braked(Checkpoint.BACKFILL, List.of("the replica lags 7 s"), Duration.ofSeconds(1)),
                        new Braked(Checkpoint.BACKFILL, List.of(), Duration.ofMinutes(5)));
        assertThat(bench.events.of(Progress.class))
                .first()
                .satisfies(told -> assertThat(told.waitingFor()).containsExactly("the replica lags 7 s"));
        assertThat(bench.events.of(Progress.class))
                .last()
                .satisfies(told -> assertThat(told.waitingFor()).isEmpty());
    }

    @Test
    void aShortWaitIsNoNewsAndNumbersThatGrowAreNone() throws Exception {
        originHas(1);
        AtomicInteger asked = new AtomicInteger();
        braking.set(true);
        letGoAfter(Duration.ofMillis(800), () -> braking.set(false));
        Throttle throttle =
                THROTTLE.withBrake(() -> braking.get() ? "lag is " + asked.incrementAndGet() + ".5 s" : null);
        backfill(throttle).run();
        assertThat(bench.events.of(Braked.class)).isEmpty();

        originHas(2);
        bench.checkpoints.replace(
                bench.checkpoints.find(Checkpoint.BACKFILL, "item", 1).orElseThrow(),
                new Checkpoint(Checkpoint.BACKFILL, "item", 1, "1", 1, false));
        braking.set(true);
        letGoAfter(Duration.ofSeconds(60), () -> braking.set(false));
        backfill(throttle).run();
        assertThat(bench.events.of(Braked.class)).hasSize(2);
    }

    @Test
    void aBrakeThatThrowsBrakesAndItsFaultIsTold() throws Exception {
        originHas(1, 2, 3);
        braking.set(true);
        letGoAfter(Duration.ofSeconds(5), () -> braking.set(false));
        bench.maps.beforeCarry =
                (authority, records) -> assertThat(braking.get()).isFalse();

        backfill(THROTTLE.withBrake(this::unreachable)).run();

        assertThat(bench.items(Side.TARGET)).hasSize(3);
        assertThat(bench.events.of(Braked.class))
                .first()
                .satisfies(told ->
                        assertThat(told.reasons()).containsExactly("brake 1 of the throttle failed (IOException)"));
        assertThat(sizes()).as("nothing is wrong with chunks").containsExactly(2, 1);
    }

    @Test
    void aBrakeThatThrowsForLongerThanThePatienceEndsTheRunAndLosesNothing() throws Exception {
        originHas(1, 2, 3);
        braking.set(true);

        assertThatThrownBy(() -> backfill(THROTTLE.withBrake(this::unreachable)).run())
                .isInstanceOf(BackfillException.class)
                .hasRootCauseInstanceOf(IOException.class);
        assertThat(bench.maps.carried).isEmpty();
        assertThat(Duration.ofNanos(bench.pace.nanos())).isBetween(PATIENCE, PATIENCE.plusSeconds(1));

        braking.set(false);
        backfill(THROTTLE.withBrake(this::unreachable)).run();
        assertThat(bench.items(Side.TARGET)).hasSize(3);
    }

    @Test
    void aBrakeThatHangsBrakesHoldsNobodyAndIsNotAskedTwice() throws Exception {
        originHas(1, 2);
        CountDownLatch hanging = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Brake hangs = () -> {
            if (asked.incrementAndGet() == 1) {
                hanging.await();
            }
            return null;
        };
        AtomicInteger rests = new AtomicInteger();
        bench.pace.onPause(() -> {
            assertThat(bench.maps.carried).isEmpty();
            assertThat(asked).hasValue(1);
            if (rests.incrementAndGet() == 3) {
                hanging.countDown();
            }
        });

        backfill(THROTTLE.withAsking(ASK_AGAIN, Duration.ofMillis(20)).withBrake(hangs))
                .run();

        assertThat(bench.items(Side.TARGET)).hasSize(2);
        assertThat(rests).hasValueGreaterThanOrEqualTo(3);
        assertThat(bench.events.of(Braked.class))
                .first()
                .satisfies(told -> assertThat(told.reasons())
                        .containsExactly("brake 1 of the throttle has not answered within PT0.02S"));
    }

    @Test
    void aBrakeThatHangsForLongerThanThePatienceEndsTheRunAndItsThread() throws Exception {
        originHas(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Brake hangs = () -> {
            try {
                new CountDownLatch(1).await();
                return null;
            } finally {
                interrupted.countDown();
            }
        };

        assertThatThrownBy(() -> backfill(THROTTLE.withAsking(ASK_AGAIN, Duration.ofMillis(1))
                                .withBrake(hangs))
                        .run())
                .isInstanceOf(BackfillException.class)
                .hasRootCauseInstanceOf(TimeoutException.class);
        interrupted.await();
        assertThat(bench.items(Side.TARGET)).isEmpty();
    }

    @Test
    void whoeverWaitsCanBeInterrupted() throws Exception {
        originHas(1);
        bench.pace.onPause(() -> Thread.currentThread().interrupt());

        assertThatThrownBy(
                        () -> backfill(THROTTLE.withBrake(() -> "never again")).run())
                .isInstanceOf(InterruptedException.class);

        assertThat(bench.maps.carried).isEmpty();
    }

    @Test
    void aPausedBackfillWaitsAndGoesOnWhenResumed() throws Exception {
        originHas(1, 2, 3, 4);
        Backfill backfill = backfill(THROTTLE);
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.contains(Item.record(1))) {
                backfill.pause();
            }
        };
        letGoAfter(Duration.ofHours(1), () -> {
            assertThat(bench.items(Side.TARGET)).containsOnlyKeys(1L, 2L);
            backfill.resume();
        });

        backfill.run();

        assertThat(bench.items(Side.TARGET)).hasSize(4);
        assertThat(bench.events.of(Braked.class))
                .hasSize(2)
                .first()
                .satisfies(told -> assertThat(told.reasons()).containsExactly("it was paused; resume it"));
    }

    @Test
    void theRelayComesFirst() throws Exception {
        originHas(1, 2);
        bench.journals.origin().append(Item.records(11, 12, 13, 14));
        letGoAfter(Duration.ofSeconds(3), () -> forget(11));

        backfill(THROTTLE).run();

        assertThat(bench.pace.nanos())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(3).toNanos());
        assertThat(bench.events.of(Braked.class))
                .first()
                .satisfies(told -> assertThat(told.reasons()).containsExactly("more than 3 intents are open"));
    }

    @Test
    void anOldIntentHoldsItBackUnlessItsAgeSaysNothingOfTheRelay() throws Exception {
        originHas(1, 2);
        bench.journals.origin().append(Item.records(11));
        bench.pace.pass(Duration.ofSeconds(11));
        letGoAfter(
                Duration.ofSeconds(15),
                () -> bench.journals.origin().postpone(Item.records(11), Postponement.quarantine()));

        backfill(THROTTLE).run();

        assertThat(bench.pace.nanos())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(15).toNanos());
        assertThat(bench.events.of(Braked.class))
                .first()
                .satisfies(told -> assertThat(told.reasons()).containsExactly("the oldest intent is older than PT10S"));
        assertThat(bench.items(Side.TARGET)).hasSize(2);
    }

    @Test
    void aSideThatHasBecomeSlowIsLeftAlone() throws Exception {
        LongStream.rangeClosed(1, 6).forEach(this::originHas);
        Duration[] answer = {Duration.ofMillis(2)};
        bench.beforeRead(side -> bench.pace.pass(side == Side.TARGET ? answer[0] : Duration.ZERO));
        int[] chunks = new int[1];
        bench.maps.beforeCarry = (authority, records) -> {
            assertThat(answer[0]).isLessThan(Duration.ofMillis(150));
            if (++chunks[0] == 2) {
                answer[0] = Duration.ofMillis(150);
            }
        };
        letGoAfter(Duration.ofSeconds(5), () -> answer[0] = Duration.ofMillis(100));

        backfill(THROTTLE).run();

        assertThat(bench.items(Side.TARGET)).hasSize(6);
        assertThat(bench.events.of(Braked.class))
                .hasSize(2)
                .first()
                .satisfies(told -> assertThat(told.reasons())
                        .containsExactly("more than 10 times as long as before is taken to answer by [TARGET]"));
    }

    @Test
    void oneSlowAnswerIsNoReason() throws Exception {
        originHas(1, 2, 3, 4);
        AtomicInteger reads = new AtomicInteger();
        bench.beforeRead(side ->
                bench.pace.pass(reads.incrementAndGet() % 3 == 0 ? Duration.ofSeconds(1) : Duration.ofMillis(1)));
        AtomicInteger rests = new AtomicInteger();
        bench.pace.onPause(rests::incrementAndGet);

        backfill(THROTTLE).run();

        assertThat(rests).hasValue(0);
    }

    @Test
    void aSideThatStaysSlowIsNormalAfterAWhile() throws Exception {
        originHas(1, 2, 3, 4);
        Duration[] answer = {Duration.ofMillis(2)};
        bench.beforeRead(side -> bench.pace.pass(answer[0]));
        bench.maps.beforeCarry = (authority, records) -> answer[0] = Duration.ofMillis(150);

        backfill(THROTTLE).run();

        assertThat(bench.items(Side.TARGET)).hasSize(4);
        assertThat(Duration.ofNanos(bench.pace.nanos()))
                .isBetween(
                        LatencyBrake.WINDOW, LatencyBrake.WINDOW.multipliedBy(2).plusSeconds(2));
    }

    @Test
    void aSideThatCannotBeAskedBrakesUntilThePatienceEnds() throws Exception {
        originHas(1);
        Backfill backfill = backfill(THROTTLE);
        bench.controls.target().unreachable(true);

        assertThatThrownBy(backfill::run)
                .isInstanceOf(BackfillException.class)
                .hasCauseInstanceOf(BrakeFailedException.class)
                .hasRootCauseInstanceOf(ControlException.class);
        bench.controls.target().unreachable(false);
        backfill.run();

        assertThat(bench.items(Side.TARGET)).hasSize(1);
    }

    private String unreachable() throws IOException {
        if (braking.get()) {
            throw new IOException("the replica's host, which may be a secret");
        }
        return null;
    }

    private void letGoAfter(Duration span, Runnable what) {
        Pace.Deadline end = bench.pace.in(span);
        AtomicBoolean done = new AtomicBoolean();
        bench.pace.onPause(() -> {
            if (end.isOver() && !done.getAndSet(true)) {
                what.run();
            }
        });
    }

    private void forget(long id) {
        bench.journals.origin().remove(bench.journals.origin().seen(Item.records(id)));
    }

    /** Two records a chunk. */
    private Backfill backfill(Throttle throttle) {
        Sides<Journal> journals = new Sides<>(bench.journals.origin(), bench.journals.target());
        Bench.Node node = bench.node();
        BacklogGauge gauge = new BacklogGauge(node.board, journals, bench.events, bench.pace);
        BackfillSettings settings = new BackfillSettings(2, 2, Duration.ofMillis(250), Duration.ofMillis(500), PATIENCE)
                .withThrottle(throttle);
        return new Backfill(
                node.board,
                List.of(Item.TYPE),
                bench.maps,
                bench.checkpoints,
                node.transfer,
                settings,
                Brakes.of(throttle, gauge, Sides.each(bench.controls::of), bench.events, bench.pace),
                bench.events,
                bench.pace);
    }

    private List<Integer> sizes() {
        return bench.maps.carried.stream().map(java.util.Set::size).toList();
    }

    private void originHas(long... ids) {
        LongStream.of(ids).forEach(id -> bench.items(Side.ORIGIN).put(id, "v" + id));
    }
}
