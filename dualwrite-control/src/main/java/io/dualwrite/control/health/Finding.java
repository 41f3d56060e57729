package io.dualwrite.control.health;

import java.time.Duration;

/**
 * What a check has found.
 *
 * @param why in words, without data of the application's
 * @param took how long the check took; its limit when it has not answered
 */
public record Finding(String check, State state, String why, Duration took) {
    /** How well something is, the worst last. */
    public enum State {
        UP,
        /** It works, and not as it should: found before it fails. */
        DEGRADED,
        DOWN
    }
}
