package io.dualwrite.repair;

import io.dualwrite.stage.Sides;
import java.time.Duration;
import java.util.List;

/**
 * What a full verification found.
 *
 * @param rows records read on each side
 * @param complete whether everything was read: false when the listing of a side came back empty although the side is not
 * @param candidates records whose fingerprints differed at first sight, in flight or not
 * @param confirmed how many really differed
 * @param repaired how many of those were made equal and found equal afterwards
 * @param samples the first {@link #MOST_SAMPLES} confirmed ones
 * @param took how long it took
 */
public record VerifyReport(
        Sides<Long> rows,
        boolean complete,
        long candidates,
        long confirmed,
        long repaired,
        List<Discrepancy> samples,
        Duration took) {
    /** How many confirmed differences are told one by one. */
    public static final int MOST_SAMPLES = 1_000;

    public VerifyReport {
        samples = List.copyOf(samples);
    }

    /** Whether everything was read and nothing had to be confirmed as different. */
    public boolean isClean() {
        return complete && confirmed == 0;
    }
}
