package io.dualwrite.journal;

import java.time.Duration;

/**
 * What becomes of claimed intents whose transfer did not happen.
 *
 * @param delay not before which, by the journal's clock, they may be claimed again
 * @param attempted whether this counts as an attempt; an open breaker, for one, does not
 * @param quarantined whether the relay leaves them alone until they are released
 */
public record Postponement(Duration delay, boolean attempted, boolean quarantined) {
    /** May be claimed again at once, as if never claimed; also lifts a quarantine. */
    public static Postponement release() {
        return new Postponement(Duration.ZERO, false, false);
    }

    /** May be claimed again after {@code delay}; the attempt counts. */
    public static Postponement retryAfter(Duration delay) {
        return new Postponement(delay, true, false);
    }

    /** May be claimed again after {@code delay}; the attempt does not count. */
    public static Postponement waitFor(Duration delay) {
        return new Postponement(delay, false, false);
    }

    /** Left alone until released. */
    public static Postponement quarantine() {
        return new Postponement(Duration.ZERO, true, true);
    }
}
