package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ContinuousVerifierTest {
    /** Pages of two records, one each 250 ms. */
    private static final ContinuousSettings SETTINGS =
            ContinuousSettings.defaults().withRecordsPerSecond(8);

    private static final Duration PAGE = Duration.ofMillis(250);

    private Bench bench = Bench.at(Stage.SHADOW);

    @Test
    void aRoundComparesEverythingAndIsACleanPass() throws Exception {
        both(5);

        RoundVerified round = untilRoundEnds(node());

        assertThat(round.type()).isEqualTo("item");
        assertThat(round.records()).isEqualTo(5);
        assertThat(round.differences()).isZero();
        assertThat(round.clean()).isTrue();
        assertThat(isClean()).isTrue();
    }

    @Test
    void aRoundIsNoFasterThanItsRate() throws Exception {
        both(5);
        ContinuousVerifier node = node();
        turn(node);
        turn(node);
        assertThat(position()).isEqualTo("2");

        bench.pace.pass(PAGE.minusNanos(1));
        assertThat(turn(node)).isFalse();
        assertThat(position()).isEqualTo("2");

        bench.pace.pass(Duration.ofNanos(1));
        turn(node);
        assertThat(position()).isEqualTo("4");
    }

    @Test
    void whatTookLongerThanItsShareIsNotWaitedForAgain() throws Exception {
        both(5);
        ContinuousVerifier node = node();
        turn(node);
        bench.maps.beforePrints = () -> bench.pace.pass(PAGE);

        assertThat(turn(node)).isTrue();
    }

    @Test
    void everyKindOfDifferenceIsFoundOnceAtBothEndsAndBeyondThemAndRepaired() throws Exception {
        both(9);
        bench.items(Side.TARGET).remove(1L);
        bench.items(Side.TARGET).remove(9L);
        bench.items(Side.TARGET).putAll(Map.of(4L, "other", 0L, "extra", 10L, "extra", 11L, "extra"));
        ContinuousVerifier node = node();

        RoundVerified round = untilRoundEnds(node);

        assertThat(round.differences()).isEqualTo(6);
        assertThat(round.clean()).isFalse();
        assertThat(bench.events.of(MismatchConfirmed.class))
                .extracting(found -> found.record().key() + found.kind())
                .containsExactly("0EXTRA", "1MISSING", "4DIFFERENT", "9MISSING", "10EXTRA", "11EXTRA");
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(isClean()).isFalse();
        assertThat(untilRoundEnds(node).clean()).isTrue();
        assertThat(isClean()).isTrue();
    }

    @Test
    void reportingRepairsNothing() throws Exception {
        both(3);
        bench.items(Side.TARGET).put(2L, "other");

        untilRoundEnds(node(SETTINGS.withPolicy(VerifyPolicy.REPORT), bench.maps));

        assertThat(bench.items(Side.TARGET)).containsEntry(2L, "other");
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
    }

    @Test
    void whatIsInFlightIsNoDifference() throws Exception {
        both(3);
        bench.write(2, "newer");

        RoundVerified round = untilRoundEnds(node());

        assertThat(round.differences()).isZero();
        assertThat(round.clean()).isTrue();
    }

    @Test
    void betweenTwoRoundsItRests() throws Exception {
        both(1);
        ContinuousVerifier node = node();
        untilRoundEnds(node);
        Duration rest = SETTINGS.interval().minusNanos(1);
        while (rest.compareTo(Duration.ZERO) > 0) {
            Duration some = rest.compareTo(Duration.ofSeconds(7)) < 0 ? rest : Duration.ofSeconds(7);
            bench.pace.pass(some);
            rest = rest.minus(some);
            assertThat(turn(node)).isFalse();
        }
        assertThat(cursor()).get().matches(Checkpoint::done);

        bench.pace.pass(Duration.ofSeconds(7));
        turn(node);

        assertThat(cursor()).get().matches(begun -> !begun.done() && begun.position() == null);
    }

    @Test
    void anotherNodeGoesOnWhereTheFirstOneLeft() throws Exception {
        both(9);
        ContinuousVerifier first = node();
        for (int pages = 0; pages < 3; pages++) {
            turn(first);
            bench.pace.pass(PAGE);
        }
        assertThat(position()).isEqualTo("4");
        ContinuousVerifier second = node();
        turn(second);
        bench.pace.pass(SETTINGS.standby().minusSeconds(1));
        turn(second);
        assertThat(position()).as("the first one might only be slow").isEqualTo("4");

        RoundVerified round = untilRoundEnds(second);

        assertThat(round.records()).isEqualTo(5);
        assertThat(round.clean()).isTrue();
        assertThat(isClean()).isTrue();
    }

    @Test
    void aRoundWhoseFirstPartFoundADifferenceIsNotCleanForTheNodeThatEndsIt() throws Exception {
        both(9);
        bench.items(Side.TARGET).put(1L, "other");
        ContinuousVerifier first = node();
        turn(first);
        turn(first);
        assertThat(bench.items(Side.TARGET)).containsEntry(1L, "v1");

        RoundVerified round = untilRoundEnds(node());

        assertThat(round.differences()).isZero();
        assertThat(round.clean()).isFalse();
        assertThat(isClean()).isFalse();
    }

    @Test
    void whileOneNodeGoesOnTheOthersLookOn() throws Exception {
        both(9);
        AtomicInteger streams = new AtomicInteger();
        bench.maps.beforePrints = streams::incrementAndGet;
        ContinuousVerifier first = node();
        ContinuousVerifier second = node();
        turn(first);
        while (rounds().isEmpty()) {
            turn(second);
            turn(first);
            bench.pace.pass(PAGE);
        }

        assertThat(streams).as("five pages, on two sides").hasValue(10);
    }

    @Test
    void twoNodesAtTheSamePageDoNoHarm() throws Exception {
        both(9);
        ContinuousVerifier first = node();
        ContinuousVerifier second = node();
        turn(first);
        turn(second);
        bench.maps.beforePrints = () -> {
            bench.maps.beforePrints = () -> {};
            bench.pace.pass(SETTINGS.standby());
            turnUnchecked(second);
        };

        turn(first);

        assertThat(position()).as("moved by one of them").isEqualTo("2");
        bench.pace.pass(PAGE);
        turn(first);
        assertThat(position()).as("the late one stands by").isEqualTo("2");
        RoundVerified round = untilRoundEnds(second);
        assertThat(round.records()).isEqualTo(9);
        assertThat(round.clean()).isTrue();
    }

    @Test
    void aDifferenceThatSomebodyElseConfirmsInTheMiddleOfARoundVoidsIt() throws Exception {
        both(5);
        ContinuousVerifier node = node();
        turn(node);
        turn(node);
        bench.items(Side.TARGET).put(1L, "other");
        assertThat(bench.node().verifier.confirm(Side.ORIGIN, Item.records(1), VerifyPolicy.REPAIR))
                .hasSize(1);

        RoundVerified round = untilRoundEnds(node);

        assertThat(round.differences()).isZero();
        assertThat(round.clean()).isFalse();
        assertThat(isClean()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"OFF", "JOURNAL", "COMPLETE"})
    void whereNoCopyFollowsNothingIsCompared(Stage stage) throws Exception {
        bench = Bench.at(stage);
        both(3);

        runFor(node(), Duration.ofMinutes(2), true, true);

        assertThat(cursor()).isEmpty();
        assertThat(bench.events.of(VerificationMeasured.class))
                .isNotEmpty()
                .allSatisfy(measured -> assertThat(measured.lag()).isZero());
    }

    @Test
    void beyondTheFlipTheTargetIsRight() throws Exception {
        bench = Bench.at(Stage.LIVE);
        both(3);
        bench.items(Side.TARGET).put(7L, "written since");

        untilRoundEnds(node());

        assertThat(bench.items(Side.ORIGIN)).containsEntry(7L, "written since");
    }

    @Test
    void aNodeThatStillBelievesInACopyLooksBeforeItCompares() throws Exception {
        both(3);
        ContinuousVerifier node = node();
        ControlRow origin = bench.row(Side.ORIGIN);
        bench.fences.origin().change(origin, origin.authority(Stage.JOURNAL));

        runFor(node, Duration.ofMinutes(2), true, true);

        assertThat(cursor()).isEmpty();
    }

    @Test
    void aCopyThatMayLackRecordsOrCannotBeReachedIsNotCompared() throws Exception {
        both(3);
        bench.items(Side.TARGET).clear();

        runFor(node(), Duration.ofMinutes(2), false, true);
        runFor(node(), Duration.ofMinutes(2), true, false);

        assertThat(cursor()).isEmpty();
        assertThat(bench.events.of(MismatchConfirmed.class)).isEmpty();
    }

    @Test
    void theLagGrowsUntilARoundHasEnded() throws Exception {
        both(3);
        ContinuousVerifier node = node();
        runFor(node, Duration.ofSeconds(90), true, false);
        assertThat(lag()).isBetween(Duration.ofSeconds(85), Duration.ofSeconds(90));

        untilRoundEnds(node);
        bench.pace.pass(Duration.ofSeconds(2));
        turn(node);

        assertThat(lag()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aStoreThatFailsEndsNothing() throws Exception {
        both(5);
        ContinuousVerifier node = node();
        turn(node);
        bench.maps.beforePrints = () -> {
            bench.maps.beforePrints = () -> {};
            throw new IllegalStateException(new SQLException("gone", "08006"));
        };
        assertThatThrownBy(() -> turn(node)).isInstanceOf(IllegalStateException.class);
        assertThat(turn(node)).as("at once").isFalse();

        RoundVerified round = untilRoundEnds(node);

        assertThat(round.records()).isEqualTo(5);
        assertThat(round.clean()).isTrue();
    }

    @Test
    void anotherGenerationBeginsAnew() throws Exception {
        both(5);
        ContinuousVerifier node = node();
        turn(node);
        turn(node);
        ControlRow origin = bench.row(Side.ORIGIN);
        bench.fences.origin().change(origin, origin.inGeneration(2));

        RoundVerified round = untilRoundEnds(node);

        assertThat(round.records()).isEqualTo(5);
        assertThat(isClean()).isFalse();
        assertThat(bench.node().verifier.isClean(2)).isTrue();
    }

    @Test
    void aRoundOfNothingIsCleanWhenThereIsNothing() throws Exception {
        assertThat(untilRoundEnds(node()).clean()).isTrue();
    }

    @Test
    void aRoundOfNothingIsNotCleanWhenThereIsSomething() throws Exception {
        both(3);
        Scan listsNothing = new Scan() {
            @Override
            public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) {
                return List.of();
            }

            @Override
            public Prints fingerprints(Side side, RecordRange range) {
                return bench.maps.fingerprints(side, range);
            }
        };

        RoundVerified round = untilRoundEnds(node(SETTINGS, listsNothing));

        assertThat(round.records()).isZero();
        assertThat(round.clean()).isFalse();
        assertThat(isClean()).isFalse();
    }

    @Test
    void aPageOfWhichNothingIsShownIsConfirmedRecordByRecord() throws Exception {
        both(5);
        bench.items(Side.TARGET).put(4L, "other");
        bench.maps.blind = Set.of(Side.values());

        assertThat(untilRoundEnds(node()).differences()).isEqualTo(1);
    }

    @Test
    void theSettingsSayWhatIsWrongWithThem() {
        ContinuousSettings defaults = ContinuousSettings.defaults();
        assertThatThrownBy(() -> defaults.withRecordsPerSecond(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> defaults.withInterval(Duration.ofSeconds(9))).hasMessageContaining("interval");
        assertThatThrownBy(() -> new ContinuousSettings(1, Duration.ofMinutes(1), Duration.ZERO, VerifyPolicy.REPORT))
                .hasMessageContaining("standby");
        assertThatThrownBy(() -> defaults.withPolicy(VerifyPolicy.STOP)).hasMessageContaining("STOP");
    }

    private ContinuousVerifier node() {
        return node(SETTINGS, bench.maps);
    }

    private ContinuousVerifier node(ContinuousSettings settings, Scan scan) {
        Bench.Node node = bench.node();
        return new ContinuousVerifier(
                node.board,
                List.of(Item.TYPE),
                scan,
                bench.checkpoints,
                node.verifier,
                settings,
                bench.events,
                bench.pace);
    }

    private static boolean turn(ContinuousVerifier node) throws Exception {
        return node.turn(true, true);
    }

    private static void turnUnchecked(ContinuousVerifier node) {
        try {
            turn(node);
        } catch (Exception unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private void runFor(ContinuousVerifier node, Duration span, boolean whole, boolean reachable) throws Exception {
        for (Duration passed = Duration.ZERO; passed.compareTo(span) < 0; passed = passed.plusSeconds(1)) {
            node.turn(whole, reachable);
            bench.pace.pass(Duration.ofSeconds(1));
        }
    }

    private RoundVerified untilRoundEnds(ContinuousVerifier node) throws Exception {
        int before = rounds().size();
        for (int turns = 0; turns < 1_000; turns++) {
            turn(node);
            if (rounds().size() > before) {
                return rounds().get(before);
            }
            bench.pace.pass(PAGE);
        }
        throw new AssertionError("No round has ended");
    }

    private List<RoundVerified> rounds() {
        return bench.events.of(RoundVerified.class);
    }

    private Duration lag() {
        List<VerificationMeasured> measured = bench.events.of(VerificationMeasured.class);
        return measured.get(measured.size() - 1).lag();
    }

    private Optional<Checkpoint> cursor() {
        return bench.checkpoints.find(Checkpoint.CONTINUOUS, "item", 1);
    }

    private @Nullable String position() {
        return cursor().map(Checkpoint::position).orElse(null);
    }

    private boolean isClean() {
        return bench.node().verifier.isClean(1);
    }

    private void both(long most) {
        LongStream.rangeClosed(1, most).forEach(id -> {
            bench.items(Side.ORIGIN).put(id, "v" + id);
            bench.items(Side.TARGET).put(id, "v" + id);
        });
    }
}
