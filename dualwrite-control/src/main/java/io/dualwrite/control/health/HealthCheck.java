package io.dualwrite.control.health;

import io.dualwrite.control.health.Finding.State;
import java.time.Duration;
import java.util.Objects;

/**
 * Something to be looked at, of the migration's or the application's own: a payment, a login.
 *
 * @param name what findings call it
 * @param critical whether everything is DOWN when this is; otherwise DEGRADED
 * @param slowAfter from when on it counts as DEGRADED although it answers; more than zero
 * @param within its time limit, no less than {@code slowAfter}; after that it is DOWN
 * @param probe looks
 */
public record HealthCheck(String name, boolean critical, Duration slowAfter, Duration within, Probe probe) {
    /** Looks once. On a thread of the board's; may block and throw: what it throws is DOWN. Must change nothing that matters. */
    @FunctionalInterface
    public interface Probe {
        Answer look() throws Exception;
    }

    /**
     * What a probe says.
     *
     * @param why in words, without data of the application's
     */
    public record Answer(State state, String why) {
        /** All is well. */
        public static final Answer UP = new Answer(State.UP, "");

        /** It works, and not as it should. */
        public static Answer degraded(String why) {
            return new Answer(State.DEGRADED, why);
        }

        /** It does not work. */
        public static Answer down(String why) {
            return new Answer(State.DOWN, why);
        }
    }

    public HealthCheck {
        Objects.requireNonNull(probe, "probe");
        if (name.isBlank()) {
            throw new IllegalArgumentException("A health check has a name");
        }
        if (slowAfter.isNegative() || slowAfter.isZero() || within.compareTo(slowAfter) < 0) {
            throw new IllegalArgumentException("Health check " + name
                    + ": slowAfter is more than zero and within no less, not " + slowAfter + " and " + within);
        }
    }
}
