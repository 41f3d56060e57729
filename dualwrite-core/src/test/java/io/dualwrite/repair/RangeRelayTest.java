package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.fence.Board;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RangeRelayTest {
    private static final RecordRange ALL = Item.TYPE.all();

    private final Bench bench = Bench.at(Stage.DUAL_WRITE);

    @Test
    void whatIsInTheRangeOnEitherSideIsBroughtOver() {
        both(1, 2, 3, 4, 5);
        bench.items(Side.ORIGIN).remove(2L);
        bench.items(Side.ORIGIN).put(3L, "changed");
        bench.items(Side.ORIGIN).put(9L, "new");
        note(ALL);
        drain(bench.node().relay);
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN)).hasSize(5);
        assertThat(bench.journals.origin().backlog().isEmpty()).isTrue();
    }

    @Test
    void nothingOutsideOfItIsLookedAt() {
        both(1, 2, 3, 4, 5);
        bench.items(Side.ORIGIN).clear();
        note(Item.TYPE.between(4L, 2L));
        drain(bench.node().relay);
        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(1L, 5L);
        assertThat(bench.maps.carried)
                .allSatisfy(batch -> assertThat(Item.records(2, 3, 4)).containsAll(batch));
    }

    @Test
    void theCopyIsSettledAfterTheRowsWereSeenAndBeforeAnythingIsListed() {
        both(1);
        note(ALL);
        bench.items(Side.ORIGIN).clear();
        // A transfer that had read the authority before the range was written ends here at the latest.
        bench.maps.beforeSettled = () -> bench.items(Side.TARGET).put(7L, "late");
        drain(bench.node().relay);
        assertThat(bench.maps.settled).isEqualTo(1);
        assertThat(bench.items(Side.TARGET)).isEmpty();
    }

    @Test
    void rowsOfTheRangeAddedMeanwhileStayAndAreWorkedOffNext() {
        both(1, 2);
        note(ALL);
        bench.maps.beforeSettled = () -> {
            bench.maps.beforeSettled = () -> {};
            note(ALL);
        };
        Relay relay = bench.node().relay;
        while (bench.journals.origin().backlog().ranges() == 2) {
            relay.runOnce();
        }
        assertThat(bench.journals.origin().backlog().ranges()).isEqualTo(1);
        bench.items(Side.ORIGIN).clear();
        drain(relay);
        assertThat(bench.items(Side.TARGET)).isEmpty();
        assertThat(bench.maps.settled).isEqualTo(2);
    }

    @Test
    void theRowsStayUntilEverythingIsOverAndWhoeverComesNextBeginsAnew() throws Exception {
        both(LongStream.rangeClosed(1, 10).toArray());
        bench.items(Side.ORIGIN).clear();
        note(ALL);
        Relay first = relay(Bench.RELAY.withBatch(3));
        bench.maps.afterCarry = this::slow;
        first.runOnce();
        assertThat(bench.items(Side.TARGET)).isNotEmpty().hasSizeLessThan(10);
        assertThat(bench.journals.origin().backlog().ranges()).isEqualTo(1);
        // It is killed here, and its lease passes.
        bench.pace.pass(Bench.RELAY.lease().plusSeconds(1));
        bench.maps.afterCarry = () -> {};
        drain(bench.node().relay);
        assertThat(bench.items(Side.TARGET)).isEmpty();
        assertThat(bench.maps.settled).isEqualTo(2);
    }

    @Test
    void aLongRangeKeepsNoOtherRecordWaiting() {
        both(LongStream.rangeClosed(1, 50).toArray());
        note(ALL);
        Relay relay = relay(Bench.RELAY.withBatch(1));
        bench.maps.afterCarry = this::slow;
        relay.runOnce();
        bench.write(Side.ORIGIN, 99, "urgent");
        relay.runOnce();
        assertThat(bench.items(Side.TARGET)).containsEntry(99L, "urgent");
        assertThat(bench.journals.origin().backlog().ranges()).isEqualTo(1);
    }

    @Test
    void oneThatIsWorkedOnIsLeftAloneForAsLongAsItTakes() {
        both(LongStream.rangeClosed(1, 200).toArray());
        note(ALL);
        Relay relay = relay(Bench.RELAY.withBatch(1));
        Relay other = relay(Bench.RELAY.withBatch(1));
        bench.maps.afterCarry = () -> bench.pace.pass(Duration.ofSeconds(1));
        for (int round = 0; round < 100; round++) {
            assertThat(relay.runOnce()).isPositive();
            assertThat(other.runOnce()).isZero();
        }
    }

    @Test
    void ofTwoThatWorkOnItOneFinishesAndTheOtherLetsItGo() {
        both(1, 2, 3, 4);
        note(ALL);
        Relay slow = relay(Bench.RELAY.withBatch(1));
        bench.maps.afterCarry = this::slow;
        slow.runOnce();
        bench.maps.afterCarry = () -> {};
        Relay drains = relay(Bench.RELAY);
        drainUrgently(drains);
        int carried = bench.maps.carried.size();
        slow.runOnce();
        assertThat(slow.runOnce()).isZero();
        assertThat(bench.maps.carried).hasSize(carried);
    }

    @Test
    void aRecordThatTheCopyRefusesHoldsUpNoOtherOneOfTheRange() {
        both(LongStream.rangeClosed(1, 9).toArray());
        LongStream.rangeClosed(1, 9).forEach(id -> bench.items(Side.ORIGIN).put(id, "new"));
        note(ALL);
        boolean[] mended = new boolean[1];
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.contains(Item.record(5)) && !mended[0]) {
                throw new SQLException("too long", "22001");
            }
        };
        Relay relay = bench.node().relay;
        RecordId range = ALL.id();
        for (int round = 0; round < 20 && bench.events.of(Quarantined.class).isEmpty(); round++) {
            relay.runOnce();
            bench.pace.pass(Duration.ofMinutes(1));
        }
        assertThat(bench.items(Side.TARGET)).containsEntry(5L, "item 5");
        assertThat(bench.items(Side.TARGET).values().stream().filter("new"::equals))
                .hasSize(8);
        assertThat(bench.events.of(Quarantined.class))
                .singleElement()
                .satisfies(told -> assertThat(told.record()).isEqualTo(range));
        assertThat(bench.journals.origin().backlog().quarantined()).isEqualTo(1);
        assertThat(relay.runOnce()).isZero();

        mended[0] = true;
        bench.journals.origin().postpone(List.of(range), Postponement.release());
        drain(relay);
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
    }

    @Test
    void aRefusedRecordThatIsMendedInTimeGoesOverAtTheEnd() {
        both(1, 2, 3);
        bench.items(Side.ORIGIN).put(2L, "new");
        note(ALL);
        int[] failures = {0};
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.contains(Item.record(2)) && failures[0]++ < 3) {
                throw new SQLException("too long", "22001");
            }
        };
        Relay relay = bench.node().relay;
        for (int round = 0; round < 5; round++) {
            relay.runOnce();
            bench.pace.pass(Duration.ofMinutes(1));
        }
        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN));
        assertThat(bench.journals.origin().backlog().isEmpty()).isTrue();
        assertThat(bench.events.of(Quarantined.class)).isEmpty();
    }

    @Test
    void whileTheCopyIsGoneNothingIsCountedAgainstTheRange() {
        both(1, 2, 3);
        bench.items(Side.ORIGIN).clear();
        note(ALL);
        boolean[] gone = {true};
        bench.maps.beforeCarry = (authority, records) -> {
            if (gone[0]) {
                throw new SQLException("connection lost", "08006");
            }
        };
        Bench.Node node = bench.node();
        for (int round = 0; round < 30; round++) {
            node.relay.runOnce();
            bench.pace.pass(Duration.ofMinutes(1));
        }
        assertThat(bench.events.of(Quarantined.class)).isEmpty();
        assertThat(bench.journals.origin().ranges("item"))
                .singleElement()
                .satisfies(row -> assertThat(row.attempts()).isZero());
        gone[0] = false;
        node.breaker.transitionToClosedState();
        drain(node.relay);
        assertThat(bench.items(Side.TARGET)).isEmpty();
    }

    @Test
    void whereKeysCannotBeListedARangeIsQuarantinedAndToldOf() {
        note(ALL);
        Sides<Journal> journals = new Sides<>(bench.journals.origin(), bench.journals.target());
        Bench.Node node = bench.node();
        Relay relay =
                new Relay(node.board, journals, node.transfer, node.breaker, Bench.RELAY, bench.events, bench.pace);
        relay.runOnce();
        assertThat(bench.events.of(Quarantined.class)).hasSize(1);
        assertThat(bench.journals.origin().backlog().quarantined()).isEqualTo(1);
        assertThat(bench.maps.settled).isZero();
    }

    @Test
    void aRangeIsNoRecordToBeTransferred() {
        assertThatThrownBy(() -> bench.node().transfer.transfer(Side.ORIGIN, Set.of(ALL.id())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("listed first");
    }

    @Test
    void aDifferenceInAnOpenRangeIsNotConfirmedAndOneBesideItIs() throws Exception {
        both(1, 2, 3);
        bench.items(Side.ORIGIN).clear();
        note(Item.TYPE.between(1L, 2L));
        Verifier verifier = bench.node().verifier;
        assertThat(verifier.confirm(Side.ORIGIN, Item.records(1, 2, 3), VerifyPolicy.REPORT))
                .extracting(Discrepancy::record)
                .containsExactly(Item.record(3));
    }

    @Test
    void aFlipDrainsRangesToo() throws Exception {
        Bench ready = Bench.readyToFlip();
        ready.items(Side.ORIGIN).clear();
        ready.journals.origin().append(List.of(ALL.id()));
        Bench.Node node = ready.node();
        node.handover.run(Side.ORIGIN, ready.row(Side.ORIGIN));
        assertThat(ready.stage()).isEqualTo(Stage.LIVE);
        assertThat(ready.items(Side.TARGET)).isEmpty();
        assertThat(ready.journals.origin().backlog().isEmpty()).isTrue();
    }

    @Test
    void recordsOfAPendingRangeAreNotFresh() {
        both(1);
        Pending pending = bench.node().relay.pending();
        pending.note(List.of(ALL.id()));
        assertThat(pending.contains(Item.record(1))).isTrue();
        assertThat(pending.contains(new RecordId("other", "1"))).isFalse();
    }

    @Test
    void whatWasPendingHasArrivedOnceTheRangeIsOver() {
        both(1);
        note(ALL);
        Relay relay = bench.node().relay;
        relay.pending().note(List.of(ALL.id()));
        drain(relay);
        assertThat(relay.pending().contains(Item.record(1))).isFalse();
    }

    @Test
    void theGaugeAndThePossibleLossKnowOfRanges() {
        note(ALL);
        Sides<Journal> journals = new Sides<>(bench.journals.origin(), bench.journals.target());
        Board board = bench.node().board;
        BacklogGauge gauge = new BacklogGauge(board, journals, bench.events, bench.pace);
        assertThat(gauge.knowsOfRanges()).isFalse();
        gauge.measure();
        assertThat(gauge.knowsOfRanges()).isTrue();
        assertThat(gauge.possibleLoss(Side.ORIGIN, new Pending()).toString()).contains("unknown number of records");
    }

    @Test
    void transfersOfARangeAreTold() {
        both(1, 2, 3);
        note(ALL);
        drain(relay(Bench.RELAY.withBatch(2)));
        List<Integer> told = new ArrayList<>();
        bench.events.of(Transferred.class).forEach(each -> told.add(each.records()));
        assertThat(told).containsExactly(2, 1);
    }

    private void slow() {
        bench.pace.pass(Duration.ofMillis(200));
    }

    private void both(long... ids) {
        for (long id : ids) {
            bench.items(Side.ORIGIN).put(id, "item " + id);
            bench.items(Side.TARGET).put(id, "item " + id);
        }
    }

    private void note(RecordRange range) {
        bench.journals.origin().append(List.of(range.id()));
    }

    private Relay relay(RelaySettings settings) {
        return new Bench.Node(bench, settings, Bench.CHUNKS_OF_TWO, Bench.HANDOVER).relay;
    }

    private static void drain(Relay relay) {
        for (int round = 0; relay.runOnce() > 0; round++) {
            assertThat(round).isLessThan(1_000);
        }
    }

    private void drainUrgently(Relay relay) {
        for (int round = 0; !bench.journals.origin().backlog().isEmpty(); round++) {
            relay.drainOnce(Side.ORIGIN);
            assertThat(round).isLessThan(1_000);
        }
    }
}
