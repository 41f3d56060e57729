package io.dualwrite.control.rehearsal;

import java.time.Duration;
import java.util.List;

/**
 * What callers got under load.
 *
 * @param during what went on meanwhile
 * @param calls how many were made
 * @param failed how many threw
 * @param wrong how many reads found something else than was written last
 * @param half the median of how long calls took, from when they were due, so that one that waits for another one counts
 * @param most the 99th percentile of it
 * @param faults the kinds of what was thrown, at most ten
 */
public record LoadResult(
        String during, long calls, long failed, long wrong, Duration half, Duration most, List<String> faults) {
    public LoadResult {
        faults = List.copyOf(faults);
    }
}
