package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.ramp.Gate.Measure;
import java.util.List;
import org.junit.jupiter.api.Test;

class TripwireTest {
    /** So few among so many that no budget is touched. */
    private static final Evidence FEW = new Evidence(8, 1_000_000);

    private static String failures(Tripwire wire, int many) {
        String why = null;
        for (int failure = 0; failure < many; failure++) {
            why = wire.bad(Measure.ERRORS, FEW);
        }
        return why;
    }

    @Test
    void aGoodAnswerInBetweenBeginsTheRowAnew() {
        Tripwire wire = new Tripwire(List.of(Gate.errors(0.001)));
        assertThat(failures(wire, 4)).isNull();
        wire.answered();
        assertThat(failures(wire, 4)).isNull();
        assertThat(failures(wire, 1)).isEqualTo("5 failures in a row");
    }

    @Test
    void aNewEpochBeginsTheRowAnew() {
        Tripwire wire = new Tripwire(List.of(Gate.errors(0.001)));
        assertThat(failures(wire, 4)).isNull();
        wire.restart();
        assertThat(failures(wire, 4)).isNull();
    }

    @Test
    void whatIsNoFailureOrOnlyAdvisesIsNotCountedInARow() {
        Tripwire wire = new Tripwire(List.of(Gate.errors(0.001).advisory(), Gate.mismatches(0.001)));
        assertThat(failures(wire, 9)).isNull();
        assertThat(wire.bad(Measure.MISMATCHES, FEW)).isNull();
        assertThat(wire.bad(Measure.MISMATCHES, new Evidence(20, 100))).isEqualTo("MISMATCHES: 20 of 100 on this node");
    }
}
