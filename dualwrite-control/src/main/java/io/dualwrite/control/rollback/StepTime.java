package io.dualwrite.control.rollback;

import java.time.Duration;
import java.time.Instant;

/**
 * How long one step took, once.
 *
 * @param step its name, up to 100 characters
 * @param drill whether it was made in a rehearsal
 * @param at when it ended, by the clock of the node that made it
 */
public record StepTime(String step, Duration took, boolean drill, Instant at) {
    public StepTime {
        if (step.isBlank() || step.length() > 100) {
            throw new IllegalArgumentException("A step has a name of 1 to 100 characters, not '" + step + "'");
        }
        if (took.isNegative()) {
            throw new IllegalArgumentException("Step " + step + " took zero or more, not " + took);
        }
    }
}
