package io.dualwrite.journal;

import java.time.Duration;

/**
 * A wish to work on intents.
 *
 * @param max how many distinct records at most, at least 1
 * @param lease how long others leave them alone, by the journal's clock
 * @param urgent whether rows that are leased or postponed are taken too; quarantined ones never are
 */
public record Claim(int max, Duration lease, boolean urgent) {
    public Claim {
        if (max < 1) {
            throw new IllegalArgumentException("A claim takes at least one record, not " + max);
        }
    }

    /** What is due: neither leased nor postponed. */
    public static Claim due(int max, Duration lease) {
        return new Claim(max, lease, false);
    }

    /** Everything but the quarantined, as a drain needs it. */
    public static Claim urgent(int max, Duration lease) {
        return new Claim(max, lease, true);
    }
}
