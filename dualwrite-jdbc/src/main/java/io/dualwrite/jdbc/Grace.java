package io.dualwrite.jdbc;

import java.time.Duration;

/**
 * How long a call to a store may take, and how long others wait for one of which nothing is heard any more.
 *
 * @param deadline no call takes effect later than this after it was begun: what the store's own client is set to
 * @param grace after so long, by the journal database's clock, a call counts as over; at least twice the deadline, so that
 *     half of it is left for what comes before the call
 */
record Grace(Duration deadline, Duration grace) {
    /** One second and three. */
    static final Grace DEFAULT = new Grace(Duration.ofSeconds(1), Duration.ofSeconds(3));

    /** How long after its intents were begun a call may still be made. */
    Duration toBegin() {
        return grace.minus(deadline);
    }
}
