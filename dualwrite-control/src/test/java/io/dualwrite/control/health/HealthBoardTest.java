package io.dualwrite.control.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.control.health.Finding.State;
import io.dualwrite.control.health.HealthCheck.Answer;
import io.dualwrite.control.health.HealthCheck.Probe;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthBoardTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final AtomicLong nanos = new AtomicLong();
    private final Pace pace = new Pace() {
        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void pause(Duration atLeast) {
            nanos.addAndGet(atLeast.toNanos());
        }
    };

    private static HealthCheck check(String name, boolean critical, Probe probe) {
        return new HealthCheck(name, critical, LONG, LONG, probe);
    }

    private HealthBoard board(HealthCheck... checks) {
        return new HealthBoard(List.of(checks), Duration.ofSeconds(5), pace);
    }

    @Test
    void theWorstCounts() {
        HealthCheck well = check("well", true, () -> Answer.UP);
        HealthCheck slow = check("slow", true, () -> Answer.degraded("slow"));
        HealthCheck critical = check("critical", true, () -> Answer.down("gone"));
        HealthCheck other = check("other", false, () -> Answer.down("gone"));
        try (HealthBoard board = board(well)) {
            assertThat(board.state()).isEqualTo(State.UP);
        }
        try (HealthBoard board = board(well, slow)) {
            assertThat(board.state()).isEqualTo(State.DEGRADED);
        }
        try (HealthBoard board = board(well, other)) {
            assertThat(board.state()).isEqualTo(State.DEGRADED);
            assertThat(board.findings()).extracting(Finding::state).containsExactly(State.UP, State.DOWN);
        }
        try (HealthBoard board = board(slow, critical)) {
            assertThat(board.state()).isEqualTo(State.DOWN);
        }
    }

    @Test
    void whatThrowsIsDownAndTellsNoData() {
        try (HealthBoard board = board(check("payment", true, () -> {
            throw new SQLException("secret", "08001");
        }))) {
            assertThat(board.findings()).singleElement().satisfies(finding -> {
                assertThat(finding.state()).isEqualTo(State.DOWN);
                assertThat(finding.why()).isEqualTo("SQLException[08001]");
            });
        }
    }

    @Test
    void whatHangsIsDownHoldsUpNoOtherAndIsNotBegunAgainBeforeItHasEnded() {
        CountDownLatch hanging = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        HealthCheck hangs = new HealthCheck("hangs", true, SHORT, SHORT, () -> {
            begun.incrementAndGet();
            hanging.await();
            ended.incrementAndGet();
            return Answer.UP;
        });
        try (HealthBoard board = board(hangs, check("well", true, () -> Answer.UP))) {
            for (int look = 0; look < 3; look++) {
                assertThat(board.findings()).extracting(Finding::state).containsExactly(State.DOWN, State.UP);
                nanos.addAndGet(Duration.ofSeconds(5).toNanos());
            }
            assertThat(begun).hasValue(1);
            hanging.countDown();
            await().until(() -> ended.get() == 1);
            await().until(() -> {
                nanos.addAndGet(Duration.ofSeconds(5).toNanos());
                return board.findings().get(0).state() != State.DOWN;
            });
        }
    }

    @Test
    void whatAnswersLateIsDegradedBeforeItIsDown() {
        HealthCheck slow = new HealthCheck("login", true, Duration.ofMillis(1), LONG, () -> {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            return Answer.UP;
        });
        try (HealthBoard board = board(slow)) {
            await().until(() -> {
                nanos.addAndGet(Duration.ofSeconds(5).toNanos());
                return board.findings().get(0).state() == State.DEGRADED;
            });
        }
    }

    @Test
    void whatWasFoundIsKeptForAWhile() {
        AtomicInteger asked = new AtomicInteger();
        try (HealthBoard board = board(check("counted", true, () -> {
            asked.incrementAndGet();
            return Answer.UP;
        }))) {
            for (int look = 0; look < 10; look++) {
                board.state();
            }
            assertThat(asked).hasValue(1);
            nanos.addAndGet(Duration.ofSeconds(5).toNanos());
            board.state();
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void whatIsNoBoardIsRefused() {
        assertThatThrownBy(this::board).isInstanceOf(IllegalArgumentException.class);
        HealthCheck one = check("one", true, () -> Answer.UP);
        assertThatThrownBy(() -> board(one, one)).hasMessageContaining("Two health checks are called one");
        assertThatThrownBy(() -> new HealthCheck("x", true, LONG, SHORT, () -> Answer.UP))
                .hasMessageContaining("within no less");
    }

    @Test
    void aMigrationIsWellUntilItIsClosed() {
        Map<Long, String> origin = new ConcurrentHashMap<>();
        Map<Long, String> target = new ConcurrentHashMap<>();
        DualWriteRepository<String, Long> items = DualWriteRepository.between(
                        Store.<String, Long>of(origin::get, text -> origin.put(1L, text), origin::remove),
                        Store.<String, Long>of(
                                target::get,
                                text -> {
                                    throw new IllegalStateException("rejected");
                                },
                                target::remove))
                .key(text -> 1L)
                .startingAt(Stage.SHADOW)
                .build();
        try (MigrationChecks checks = new MigrationChecks(items.migration(), Duration.ofMillis(50), LONG);
                HealthBoard board = board(checks.all(LONG, LONG).toArray(new HealthCheck[0]))) {
            assertThat(board.findings())
                    .allSatisfy(finding ->
                            assertThat(finding.state()).as(finding.toString()).isEqualTo(State.UP));
            items.save("written");
            await().until(() -> {
                nanos.addAndGet(Duration.ofSeconds(5).toNanos());
                return board.findings().stream()
                        .anyMatch(finding -> finding.check().equals("journal") && finding.state() == State.DEGRADED);
            });
            assertThat(board.state()).isEqualTo(State.DEGRADED);
            items.close();
            nanos.addAndGet(Duration.ofSeconds(5).toNanos());
            assertThat(board.findings())
                    .filteredOn(finding -> finding.check().equals("background"))
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.state()).isEqualTo(State.DOWN));
            assertThat(board.state()).isEqualTo(State.DOWN);
        }
    }
}
