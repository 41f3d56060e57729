package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of records that cannot be brought over: one bad record, and a copy on which everything fails. */
class RelayQuarantineTest {
    private static final long POISON = 3;

    private final Bench bench = Bench.at(Stage.DUAL_WRITE);
    private final Bench.Node node = bench.node();

    static Stream<Named<Supplier<Exception>>> poisons() {
        return Stream.of(
                Named.of("too long", () -> new SQLException("value 'secret' too long", "22001")),
                Named.of("unique", () -> new SQLException("duplicate", "23505")),
                Named.of("wrapped", () -> new IllegalStateException(new SQLException("duplicate", "23505"))),
                Named.of("mapping", () -> new IllegalArgumentException("no such status")));
    }

    static Stream<Named<Supplier<Exception>>> outages() {
        return Stream.of(
                Named.of("connection", () -> new SQLException("gone", "08006")),
                Named.of("no table", () -> new SQLException("no such table", "42P01")),
                Named.of("disk", () -> new SQLException("full", "53100")),
                Named.of("wrapped", () -> new RuntimeException(new SQLException("gone", "08001"))),
                Named.of("io", () -> new IOException("reset")),
                Named.of("late", () -> new TimeoutException("5 s")));
    }

    @ParameterizedTest
    @MethodSource("poisons")
    void onePoisonedRecordDoesNotHoldUpItsBatch(Supplier<Exception> failure) {
        poison(failure);
        write(1, 2, POISON, 4, 5);

        node.relay.runOnce();

        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(1L, 2L, 4L, 5L);
        assertThat(backlog().open()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("poisons")
    void aPoisonedRecordIsQuarantinedAfterItsAttemptsWhileOthersGetThrough(Supplier<Exception> failure) {
        poison(failure);
        write(POISON);
        int rounds = 0;
        for (; backlog().quarantined() == 0 && rounds < 20; rounds++) {
            bench.items(Side.TARGET).clear();
            write(1, 2, 4);
            node.relay.runOnce();
            assertThat(bench.items(Side.TARGET)).containsOnlyKeys(1L, 2L, 4L);
            bench.pace.pass(Bench.RELAY.longestDelay());
        }

        assertThat(bench.events.of(Quarantined.class)).singleElement().satisfies(event -> {
            assertThat(event.record()).isEqualTo(Item.record(POISON));
            assertThat(event.attempts()).isEqualTo(Bench.RELAY.maxAttempts());
            assertThat(event.fault().kind()).doesNotContain("secret");
        });
        // One more where nothing had got through before the first attempt.
        assertThat(rounds).isBetween(Bench.RELAY.maxAttempts(), Bench.RELAY.maxAttempts() + 1);
        assertThat(node.breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(node.relay.runOnce()).isZero();
    }

    @Test
    void eachAttemptOfARejectedRecordWaitsTwiceAsLong() {
        Bench.Node patient = new Bench.Node(
                bench,
                Bench.RELAY.withAttempts(5, Duration.ofMillis(100), Duration.ofMillis(300)),
                Bench.CHUNKS_OF_TWO,
                Bench.HANDOVER);
        poison(() -> new SQLException("too long", "22001"));
        write(POISON);

        List<Long> waits = new ArrayList<>();
        for (int attempt = 1; attempt < 5; attempt++) {
            assertThat(patient.relay.runOnce()).isEqualTo(1);
            long since = bench.pace.nanos();
            while (bench.journals.origin().backlog().open() == 1 && isPostponed()) {
                bench.pace.pass(Duration.ofMillis(1));
            }
            waits.add(Duration.ofNanos(bench.pace.nanos() - since).toMillis());
        }

        assertThat(waits).containsExactly(100L, 200L, 300L, 300L);
    }

    @Test
    void aReleasedRecordIsTriedAgainAtOnce() {
        poison(() -> new SQLException("duplicate", "23505"));
        write(POISON);
        for (int attempt = 0; attempt < Bench.RELAY.maxAttempts(); attempt++) {
            node.relay.runOnce();
            bench.pace.pass(Bench.RELAY.longestDelay());
        }
        assertThat(backlog().quarantined()).isEqualTo(1);
        bench.maps.beforeCarry = (authority, records) -> {};
        bench.journals.origin().postpone(Item.records(POISON), Postponement.release());

        assertThat(node.relay.runOnce()).isEqualTo(1);
        assertThat(bench.items(Side.TARGET)).containsOnlyKeys(POISON);
        assertThat(backlog().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("outages")
    void aCopyThatIsGoneBurnsNoAttemptAndOpensTheBreaker(Supplier<Exception> failure) {
        bench.maps.beforeCarry = (authority, records) -> {
            throw failure.get();
        };
        write(1, 2, 3);
        for (int run = 0; run < 50; run++) {
            node.relay.runOnce();
            bench.pace.pass(Duration.ofSeconds(1));
        }

        assertThat(node.breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(bench.maps.carried)
                .as("whole batches until the breaker opened")
                .hasSize(10);
        assertThat(backlog().quarantined()).isZero();
        assertThat(bench.journals.origin().seen(Item.records(1, 2, 3)))
                .extracting(Intent::attempts)
                .containsOnly(0);
    }

    @Test
    void whatNobodyUnderstandsQuarantinesNothingWhileNothingElseGetsThrough() {
        bench.maps.beforeCarry = (authority, records) -> {
            throw new IllegalStateException("who knows");
        };
        write(1, 2, 3);
        for (int run = 0; run < 50; run++) {
            node.breaker.reset();
            node.relay.runOnce();
            bench.pace.pass(Duration.ofMinutes(1));
        }

        assertThat(backlog()).extracting(Backlog::open, Backlog::quarantined).containsExactly(3L, 0L);
        assertThat(bench.events.of(Quarantined.class)).isEmpty();
    }

    @Test
    void afterAnOutageEverythingArrives() {
        bench.maps.beforeCarry = (authority, records) -> {
            throw new SQLException("gone", "08006");
        };
        write(1, 2, 3);
        node.relay.runOnce();
        bench.maps.beforeCarry = (authority, records) -> {};
        bench.pace.pass(Duration.ofSeconds(1));

        while (node.relay.runOnce() > 0) {
            continue;
        }
        assertThat(bench.items(Side.TARGET)).hasSize(3);
    }

    @Test
    void aBreakerThatOpensInTheMiddleOfABadBatchGivesTheRestBack() {
        bench.maps.beforeCarry = (authority, records) -> {
            throw new IllegalStateException("who knows");
        };
        write(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);

        node.relay.runOnce();

        assertThat(node.breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(bench.maps.carried).as("the batch, then ten one by one").hasSize(11);
        assertThat(bench.journals.origin().claim(Claim.due(20, Bench.RELAY.lease())))
                .as("all but the ten that were tried are due")
                .hasSize(2);
    }

    private void poison(Supplier<Exception> failure) {
        bench.maps.beforeCarry = (authority, records) -> {
            if (records.contains(Item.record(POISON))) {
                throw failure.get();
            }
        };
    }

    /** Looks whether the poisoned record is due, without taking it. */
    private boolean isPostponed() {
        boolean due =
                !bench.journals.origin().claim(Claim.due(1, Duration.ZERO)).isEmpty();
        return !due;
    }

    private void write(long... ids) {
        for (long id : ids) {
            assertThat(bench.write(id, "v" + id)).isTrue();
        }
    }

    private Backlog backlog() {
        return bench.journals.origin().backlog();
    }
}
