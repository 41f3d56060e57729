package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BacklogGaugeTest {
    private final Bench bench = Bench.at(Stage.SHADOW);
    private final BacklogGauge gauge = new BacklogGauge(
            bench.node().board,
            new Sides<>(bench.journals.origin(), bench.journals.target()),
            bench.events,
            bench.pace);

    @Test
    void whatWasNeverMeasuredIsNotYoung() {
        assertThat(gauge.isYounger(Duration.ofDays(1))).isFalse();
    }

    @Test
    void theAgeIsWhatWasMeasuredAndTheTimeSince() {
        bench.write(1, "one");
        bench.pace.pass(Duration.ofSeconds(1));
        assertThat(gauge.measure().open()).isEqualTo(1);
        bench.pace.pass(Duration.ofSeconds(1));

        assertThat(gauge.isYounger(Duration.ofSeconds(2))).isFalse();
        assertThat(gauge.isYounger(Duration.ofMillis(2_001))).isTrue();
        assertThat(bench.events.of(BacklogMeasured.class))
                .containsExactly(new BacklogMeasured(1, 0, Duration.ofSeconds(1)));
    }

    @Test
    void anEmptyJournalAgesWithTheMeasurement() {
        gauge.measure();
        assertThat(gauge.isYounger(Duration.ofSeconds(1))).isTrue();

        bench.pace.pass(Duration.ofSeconds(1));
        assertThat(gauge.isYounger(Duration.ofSeconds(1))).isFalse();
    }
}
