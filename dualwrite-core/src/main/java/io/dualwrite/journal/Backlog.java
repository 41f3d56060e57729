package io.dualwrite.journal;

import java.time.Duration;

/**
 * How far the copy is behind, at one moment.
 *
 * @param open intent rows that are not quarantined
 * @param quarantined intent rows that are
 * @param oldest age of the oldest intent row by the journal's own clock, quarantined or not; zero when there is none
 * @param ranges how many of all these rows stand for ranges, and so for an unknown number of records
 */
public record Backlog(long open, long quarantined, Duration oldest, long ranges) {
    /** Nothing behind. */
    public static final Backlog NONE = new Backlog(0, 0, Duration.ZERO);

    /** Without any range. */
    public Backlog(long open, long quarantined, Duration oldest) {
        this(open, quarantined, oldest, 0);
    }

    /** Whether there is no intent row of any kind. */
    public boolean isEmpty() {
        return open == 0 && quarantined == 0;
    }
}
