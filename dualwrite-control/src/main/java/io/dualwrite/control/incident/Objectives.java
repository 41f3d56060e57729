package io.dualwrite.control.incident;

import java.time.Duration;

/**
 * From when on the ready-made rules hold.
 *
 * @param oldestIntent how old the oldest open intent may be; default 5 min
 * @param breakerOpen for how long the breaker around the copy may be open; default 2 min
 * @param verificationLag for how long no round of continuous verification need end; default 1 day
 */
public record Objectives(Duration oldestIntent, Duration breakerOpen, Duration verificationLag) {
    public Objectives {
        if (oldestIntent.isNegative() || breakerOpen.isNegative() || verificationLag.isNegative()) {
            throw new IllegalArgumentException("An objective is zero or more, not " + oldestIntent + ", " + breakerOpen
                    + " or " + verificationLag);
        }
    }

    /** The defaults. */
    public static Objectives defaults() {
        return new Objectives(Duration.ofMinutes(5), Duration.ofMinutes(2), Duration.ofDays(1));
    }
}
