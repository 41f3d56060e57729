package io.dualwrite.spring;

import java.time.Duration;

/**
 * How annotated calls take part in a migration.
 *
 * @param noTransaction what becomes of a call without a transaction
 * @param patience for how long a call is run again while the authority moves away from under it; default 10 s
 * @param captured whether the application's DataSource notices what is changed; without, {@link DualWrite} is refused
 * @param follows whether the application's DataSource leads to either side; without, {@link io.dualwrite.decorate.Reads} is
 *     refused beside {@link DualWrite}
 */
public record ParticipationSettings(NoTransaction noTransaction, Duration patience, boolean captured, boolean follows) {
    public ParticipationSettings {
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("patience is more than zero, not " + patience);
        }
    }

    /** A transaction is begun where there is none, ten seconds; of a DataSource that captures and may follow. */
    public static ParticipationSettings defaults(boolean captured, boolean follows) {
        return new ParticipationSettings(NoTransaction.OPEN, Duration.ofSeconds(10), captured, follows);
    }
}
