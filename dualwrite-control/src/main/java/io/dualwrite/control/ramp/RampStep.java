package io.dualwrite.control.ramp;

import java.time.Duration;

/**
 * One step of a ramp.
 *
 * @param percent the share of stale-tolerant by-key reads that the copy answers, 1 to 100
 * @param atLeast how long the step is kept whatever the gates say, zero or more
 * @param atMost after how long without a decision the ramp is held for a person, more than {@code atLeast}
 * @param reads how many reads the copy must have been asked in this step, by callers or comparisons, 1 or more
 */
public record RampStep(int percent, Duration atLeast, Duration atMost, long reads) {
    public RampStep {
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException("A step's share is 1 to 100 percent, not " + percent);
        }
        if (atLeast.isNegative() || atMost.compareTo(atLeast) <= 0) {
            throw new IllegalArgumentException(
                    "A step lasts at least zero, and at most more than at least, not " + atLeast + " and " + atMost);
        }
        if (reads < 1) {
            throw new IllegalArgumentException("A step needs at least one read, not " + reads);
        }
    }

    /** At least a minute, at most six hours, and a thousand reads. */
    public static RampStep to(int percent) {
        return new RampStep(percent, Duration.ofMinutes(1), Duration.ofHours(6), 1_000);
    }
}
