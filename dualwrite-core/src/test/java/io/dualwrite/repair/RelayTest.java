package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalException;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayTest {
    private static final Duration LEASE = RelaySettings.defaults().lease();

    private Bench bench = Bench.at(Stage.DUAL_WRITE);

    @AfterEach
    void noTestLeavesItsThreadInterrupted() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void changesArriveOnTheCopyAndTheirIntentsGo() {
        write(1, 2);

        assertThat(bench.node().relay.runOnce()).isEqualTo(2);

        assertThat(bench.items(Side.TARGET)).isEqualTo(bench.items(Side.ORIGIN)).hasSize(2);
        assertThat(backlog().isEmpty()).isTrue();
        assertThat(bench.events.of(Transferred.class))
                .singleElement()
                .satisfies(done -> assertThat(done.records()).isEqualTo(2));
    }

    @Test
    void aRunTransfersOneBatchOldestFirst() {
        write(1, 2, 3, 4, 5);
        Relay relay = node(Bench.RELAY.withBatch(2)).relay;

        assertThat(relay.runOnce()).isEqualTo(2);
        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(1L, 2L);
        assertThat(List.of(relay.runOnce(), relay.runOnce(), relay.runOnce())).containsExactly(2, 1, 0);
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"OFF", "JOURNAL"})
    void nothingIsRelayedBeforeTheCopyFollows(Stage stage) {
        bench = Bench.at(stage);
        bench.journals.origin().append(Item.records(1));

        assertThat(bench.node().relay.runOnce()).isZero();
        assertThat(bench.maps.carried).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"LIVE", "RAMP_DOWN"})
    void beyondTheFlipTheOriginFollows(Stage stage) {
        bench = Bench.at(stage);
        write(1);

        bench.node().relay.runOnce();

        assertThat(bench.items(Side.ORIGIN)).containsOnlyKeys(1L);
        assertThat(bench.journals.target().backlog().isEmpty()).isTrue();
    }

    @Test
    void aSideThatIsNoCopyAnyMoreGivesTheClaimsBackAndIsLookedAtAgain() {
        Bench.Node node = bench.node();
        write(1);
        // Somebody else completed a flip that this node has not heard of.
        bench.fences
                .origin()
                .change(bench.row(Side.ORIGIN), bench.row(Side.ORIGIN).as(Role.COPY, 1));
        bench.fences
                .target()
                .change(bench.row(Side.TARGET), bench.row(Side.TARGET).authority(Stage.LIVE));

        assertThat(node.relay.runOnce()).isEqualTo(1);

        assertThat(node.board.stage()).isEqualTo(Stage.LIVE);
        assertThat(bench.journals.origin().claim(Claim.due(10, LEASE))).containsExactly(Item.record(1));
        assertThat(node.breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
        assertThat(attempts(1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "HYT00", "55P03"})
    void beingInTheWayOfOthersIsNobodysFault(String state) {
        write(1, 2);
        Bench.Node node = bench.node();
        bench.maps.beforeCarry = (authority, records) -> {
            throw new SQLException("in the way", state);
        };
        for (int run = 0; run < 10; run++) {
            node.relay.runOnce();
            bench.pace.pass(Bench.RELAY.firstDelay());
        }
        assertThat(node.breaker.getMetrics().getNumberOfFailedCalls()).isZero();
        assertThat(attempts(1)).isZero();
        assertThat(bench.maps.carried).hasSize(10);

        bench.maps.beforeCarry = (authority, records) -> {};
        while (node.relay.runOnce() > 0) {
            continue;
        }
        assertThat(backlog().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"55P03", "57014"})
    void aRecordThatSomebodyHasLockedHoldsUpNoOther(String state) {
        write(1, 2, 3, 4, 5);
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.contains(Item.record(1))) {
                throw new SQLException("locked", state);
            }
        };
        Relay relay = bench.node().relay;
        for (int run = 0; run < 10; run++) {
            relay.runOnce();
            bench.pace.pass(Bench.RELAY.firstDelay());
        }
        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(2L, 3L, 4L, 5L);

        bench.maps.beforeCarry = (authority, records) -> {};
        bench.pace.pass(Bench.RELAY.longestDelay());
        relay.runOnce();
        assertThat(backlog().isEmpty()).isTrue();
    }

    @Test
    void aContendedBatchIsNotTriedAgainWithoutAPause() {
        write(1);
        bench.maps.beforeCarry = (authority, records) -> {
            throw new SQLException("in the way", "40001");
        };
        Relay relay = bench.node().relay;
        relay.runOnce();

        assertThat(relay.runOnce()).isZero();
        bench.pace.pass(Bench.RELAY.firstDelay());
        assertThat(relay.runOnce()).isEqualTo(1);
    }

    @Test
    void anOpenBreakerClaimsNothing() {
        write(1);
        Bench.Node node = bench.node();
        node.breaker.transitionToOpenState();

        assertThat(node.relay.runOnce()).isZero();
        assertThat(node.relay.drainOnce(Side.ORIGIN)).isZero();

        assertThat(bench.maps.carried).isEmpty();
        assertThat(bench.journals.origin().claim(Claim.due(1, LEASE))).hasSize(1);
    }

    @Test
    void anEmptyJournalUsesUpNoneOfAHalfOpenBreakersPermissions() {
        Bench.Node node = bench.node();
        node.breaker.transitionToOpenState();
        node.breaker.transitionToHalfOpenState();
        for (int run = 0; run < 10; run++) {
            node.relay.runOnce();
        }
        write(1);

        assertThat(node.relay.runOnce()).isEqualTo(1);
        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(1L);
    }

    @Test
    void aDrainTakesWhatIsLeasedAndWhatIsPostponed() {
        write(1, 2, 3);
        bench.journals.origin().claim(Claim.due(1, LEASE));
        bench.journals.origin().postpone(Item.records(2), Postponement.retryAfter(LEASE));
        Relay relay = bench.node().relay;

        assertThat(relay.drainOnce(Side.ORIGIN)).isEqualTo(3);
        assertThat(backlog().isEmpty()).isTrue();
    }

    @Test
    void aDrainLeavesTheQuarantinedAlone() {
        write(1);
        bench.journals.origin().postpone(Item.records(1), Postponement.quarantine());

        assertThat(bench.node().relay.drainOnce(Side.ORIGIN)).isZero();
        assertThat(backlog().quarantined()).isEqualTo(1);
    }

    @Test
    void anErrorOfTheStoreEndsNothing() {
        write(1);
        Relay relay = bench.node().relay;
        bench.maps.beforeCarry = (authority, records) -> {
            throw new StackOverflowError();
        };

        assertThat(relay.runOnce()).isEqualTo(1);

        assertThat(backlog().open()).isEqualTo(1);
        assertThat(bench.events.of(TransferFailed.class))
                .singleElement()
                .satisfies(failed -> assertThat(failed.fault().kind()).isEqualTo("StackOverflowError"));
    }

    @Test
    void anInterruptStaysSetAndIsNoAttemptOfAnyRecord() {
        write(9);
        Bench.Node node = bench.node();
        node.relay.runOnce();
        write(1, 2, 3);
        bench.maps.beforeCarry = (authority, records) -> {
            throw new InterruptedException();
        };

        node.relay.runOnce();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(bench.maps.carried).hasSize(2);
        assertThat(List.of(attempts(1), attempts(2), attempts(3))).containsOnly(0);
        assertThat(node.breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    }

    @Test
    void anInterruptBetweenTheRecordsOfABadBatchLeavesTheRestForLater() {
        write(1, 2, 3);
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.size() > 1) {
                throw new SQLException("one of these", "22001");
            }
            throw new InterruptedException();
        };

        bench.node().relay.runOnce();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(bench.maps.carried).hasSize(2);
        assertThat(bench.journals.origin().claim(Claim.due(10, LEASE))).hasSize(2);
    }

    @Test
    void anAuthorityThatFailsIsThrownAndSaysNothingAboutTheCopy() {
        Bench.Node node = bench.node();
        Relay relay = over(node, new FailingJournal("claim"));

        assertThatThrownBy(relay::runOnce).isInstanceOf(JournalException.class);

        assertThat(node.breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"seen", "remove"})
    void aJournalThatFailsDuringATransferSaysNothingAboutTheCopy(String operation) {
        write(1, 2);
        Bench.Node node = bench.node();

        over(node, new FailingJournal(operation)).runOnce();

        assertThat(node.breaker.getMetrics().getNumberOfFailedCalls()).isZero();
        assertThat(node.breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(List.of(attempts(1), attempts(2))).containsOnly(0);
        assertThat(bench.journals.origin().claim(Claim.urgent(10, LEASE))).hasSize(2);
    }

    @Test
    void whileTheAuthorityIsHandedOverTheOldOneIsDrained() {
        write(1);
        ControlRow origin = bench.row(Side.ORIGIN);
        bench.fences.origin().change(origin, origin.closedFor(Duration.ofSeconds(5)));

        assertThat(bench.node().relay.runOnce()).isEqualTo(1);
        assertThat(backlog().isEmpty()).isTrue();
    }

    private void write(long... ids) {
        for (long id : ids) {
            assertThat(bench.write(id, "v" + id)).isTrue();
        }
    }

    private Bench.Node node(RelaySettings settings) {
        return new Bench.Node(bench, settings, Bench.CHUNKS_OF_TWO, Bench.HANDOVER);
    }

    private Backlog backlog() {
        return bench.journals.origin().backlog();
    }

    private int attempts(long id) {
        return bench.journals.origin().seen(Item.records(id)).stream()
                .mapToInt(Intent::attempts)
                .max()
                .orElseThrow();
    }

    private Relay over(Bench.Node node, Journal origin) {
        Sides<Journal> journals = new Sides<>(origin, bench.journals.target());
        return new Relay(
                node.board,
                journals,
                new Transfer(journals, bench.maps),
                node.breaker,
                Bench.RELAY,
                bench.events,
                bench.pace);
    }

    /** The origin's journal, failing in one operation. */
    private final class FailingJournal implements Journal {
        private final String failing;

        FailingJournal(String failing) {
            this.failing = failing;
        }

        @Override
        public void append(Collection<RecordId> records) {
            bench.journals.origin().append(records);
        }

        @Override
        public List<RecordId> claim(Claim claim) {
            check("claim");
            return bench.journals.origin().claim(claim);
        }

        @Override
        public List<Intent> seen(Collection<RecordId> records) {
            check("seen");
            return bench.journals.origin().seen(records);
        }

        @Override
        public List<Intent> ranges(String type) {
            return bench.journals.origin().ranges(type);
        }

        @Override
        public void remove(Collection<Intent> intents) {
            check("remove");
            bench.journals.origin().remove(intents);
        }

        @Override
        public void postpone(Collection<RecordId> records, Postponement postponement) {
            bench.journals.origin().postpone(records, postponement);
        }

        @Override
        public Backlog backlog() {
            return bench.journals.origin().backlog();
        }

        private void check(String operation) {
            if (operation.equals(failing)) {
                throw new JournalException(operation, new SQLException("gone", "08006"));
            }
        }
    }
}
