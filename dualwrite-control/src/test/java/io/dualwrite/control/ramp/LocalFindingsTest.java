package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.ramp.Ruling.Verdict;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gate says that has nothing to go by, nothing any more, or a level beyond its bound. */
class LocalFindingsTest {
    private static final Gate ERRORS = Gate.errors(0.01);

    private ReadSensor sensor;
    private double number;
    private long nanos;

    @BeforeEach
    void nothing() {
        number = Double.NaN;
    }

    private LocalFindings findings(Gate gate) {
        RampPlan plan = RampPlan.defaults().withGates(List.of(ERRORS, gate));
        sensor = new ReadSensor(() -> true, plan, () -> {}, why -> {});
        return new LocalFindings(plan, sensor);
    }

    /** What one more look finds; null when the gate holds nothing up. */
    private Ruling look(LocalFindings findings, String gate) {
        nanos += Duration.ofMinutes(1).toNanos();
        findings.look(nanos, true);
        Ruling ruling = findings.locally().get(gate);
        boolean holds = ruling != null && ruling.verdict() != Verdict.PASS;
        assertThat(findings.holds()).isEqualTo(holds ? List.of(ruling.toString()) : List.of());
        return ruling;
    }

    private static void isNoData(Ruling ruling) {
        assertThat(ruling.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(ruling.why()).isEqualTo("no data");
    }

    @Test
    void aLevelThatIsNotThereIsNoData() {
        LocalFindings findings = findings(Gate.atLeast("level", () -> number, 1));
        isNoData(look(findings, "level"));
        number = 1;
        assertThat(look(findings, "level").verdict()).isEqualTo(Verdict.PASS);
        number = Double.NaN;
        isNoData(look(findings, "level"));
    }

    @Test
    void aShareOfWhatIsNoLongerCountedIsNoDataWhateverWasCountedBefore() {
        // A counter of bad ones with which nobody has counted yet means none.
        LocalFindings findings = findings(Gate.share("share", () -> Double.NaN, () -> number, 0.01));
        isNoData(look(findings, "share"));
        number = 0;
        look(findings, "share");
        number = 1_000;
        assertThat(look(findings, "share")).isNull();
        assertThat(findings.counted()).containsEntry("share", new Evidence(0, 1_000));
        // It has begun at zero again.
        number = 100;
        assertThat(look(findings, "share")).isNull();
        assertThat(findings.counted()).containsEntry("share", new Evidence(0, 1_100));
        number = Double.NaN;
        isNoData(look(findings, "share"));
    }

    @Test
    void eventsThatAreNoLongerCountedAreNoDataWhateverWasCountedBefore() {
        Gate.CountGate gate = (Gate.CountGate) Gate.drop("events", () -> number, 0.3);
        LocalFindings findings =
                findings(new Gate.CountGate("events", gate.count(), 100, gate.baseline(), gate.yardstick(), true));
        isNoData(look(findings, "events"));
        number = 0;
        look(findings, "events");
        number = 100;
        assertThat(look(findings, "events")).isNull();
        assertThat(findings.counted().get("events").bad()).isEqualTo(100);
        number = Double.NaN;
        isNoData(look(findings, "events"));
    }

    @Test
    void aBacklogThatWasNeverMeasuredIsNoDataAndOneBeyondItsBoundsFailsAtTheThirdLook() {
        LocalFindings findings = findings(Gate.backlog(Duration.ofSeconds(30), 1_000));
        isNoData(look(findings, "backlog"));
        for (BacklogMeasured beyond : List.of(
                new BacklogMeasured(1, 0, Duration.ofSeconds(31)), new BacklogMeasured(1_001, 0, Duration.ZERO))) {
            sensor.on(new BacklogMeasured(1_000, 0, Duration.ofSeconds(30)));
            assertThat(look(findings, "backlog").verdict()).isEqualTo(Verdict.PASS);
            sensor.on(beyond);
            assertThat(look(findings, "backlog").verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(look(findings, "backlog").verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(look(findings, "backlog").verdict()).isEqualTo(Verdict.FAIL);
        }
    }
}
