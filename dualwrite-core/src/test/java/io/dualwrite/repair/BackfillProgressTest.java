package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.MigrationEvent.Progress;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackfillProgressTest {
    private final SteppedPace pace = new SteppedPace();
    private final SeenEvents events = new SeenEvents();

    @Test
    void rateShareAndTimeLeftAreToldFromTheEstimate() {
        BackfillProgress progress = progress(OptionalLong.of(1_000));
        progress.before(100);
        pace.pass(Duration.ofSeconds(2));
        progress.came(200);

        assertThat(last()).isEqualTo(told(300, 1_000, 2, 100));
        assertThat(last().percent()).hasValue(30);
        assertThat(last().left()).contains(Duration.ofSeconds(7));
    }

    @Test
    void itIsToldTwiceASecondAndAtTheEnd() {
        BackfillProgress progress = progress(OptionalLong.empty());
        for (int times = 0; times < 10; times++) {
            pace.pass(Duration.ofMillis(250));
            progress.came(1);
        }
        assertThat(told()).hasSize(5);
        progress.ended();
        assertThat(told()).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 299, 300, 301, 10_000})
    void nothingIsWholeBeforeItsEndHoweverWrongTheEstimate(long estimate) {
        BackfillProgress progress = progress(OptionalLong.of(estimate));
        pace.pass(Duration.ofSeconds(1));
        progress.came(300);

        assertThat(last().percent().orElseThrow()).isLessThan(100);
        assertThat(last().total()).isGreaterThan(300);
        assertThat(last().left()).hasValueSatisfying(left -> assertThat(left).isPositive());

        progress.ended();
        assertThat(last().percent()).hasValue(100);
        assertThat(last().total()).isEqualTo(300);
        assertThat(last().left()).contains(Duration.ZERO);
    }

    @Test
    void manyRecordsLessOneAreNotRoundedUpToAll() {
        BackfillProgress progress = progress(OptionalLong.of(5));
        pace.pass(Duration.ofSeconds(1));
        progress.came(10_000_000_000L);
        assertThat(last().percent()).hasValue(99);
    }

    @Test
    void whatIsUnknownStaysUnknown() {
        BackfillProgress progress = progress(OptionalLong.empty());
        pace.pass(Duration.ofSeconds(1));
        progress.came(7);

        assertThat(last()).isEqualTo(told(7, -1, 1, 7));
        assertThat(last().percent()).isEqualTo(OptionalInt.empty());
        assertThat(last().left()).isEmpty();
    }

    @Test
    void anEstimateThatFailsIsUnknownAndNotAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        BackfillProgress progress = new BackfillProgress(
                "item",
                () -> {
                    asked.incrementAndGet();
                    throw new IllegalStateException("no statistics");
                },
                events,
                pace);
        for (int times = 0; times < 3; times++) {
            pace.pass(Duration.ofSeconds(1));
            progress.came(1);
        }
        assertThat(told())
                .hasSize(3)
                .allSatisfy(each -> assertThat(each.total()).isEqualTo(-1));
        assertThat(asked).hasValue(1);
    }

    @Test
    void withoutARecordThereIsNoRateAndNoTimeLeft() {
        BackfillProgress progress = progress(OptionalLong.of(10));
        pace.pass(Duration.ofSeconds(1));
        progress.waits(List.of("the night's batch runs"));

        assertThat(last().perSecond()).isZero();
        assertThat(last().percent()).hasValue(0);
        assertThat(last().left()).isEmpty();
        assertThat(last().waitingFor()).containsExactly("the night's batch runs");
    }

    private BackfillProgress progress(OptionalLong estimate) {
        return new BackfillProgress("item", () -> estimate, events, pace);
    }

    private static Progress told(long done, long total, int seconds, double rate) {
        return new Progress(Checkpoint.BACKFILL, "item", done, total, Duration.ofSeconds(seconds), rate, List.of());
    }

    private List<Progress> told() {
        return events.of(Progress.class);
    }

    private Progress last() {
        return told().get(told().size() - 1);
    }
}
