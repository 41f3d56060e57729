package io.dualwrite.repair;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the backfill works.
 *
 * @param firstChunk records in the first transaction, from 1; default 200
 * @param largestChunk records in a transaction at most; default 2,000
 * @param chunkTime how long a transaction should take at most: the size is halved above it and doubled below its half;
 *     default 250 ms, which also is about how long a relay may wait behind a chunk
 * @param restAfterFailure before a failed chunk is tried again at half its size; default 500 ms
 * @param patience how long chunks may fail one after the other before the run gives up, or brakes fail to answer; default
 *     10 min
 * @param throttle what it gives way to before each chunk
 * @param ranges how many ranges of a record type are walked at the same time, from 1 to 16, each by a thread that takes a
 *     connection of each side; default 1. With more than one, the origin's keys are listed once beforehand
 */
public record BackfillSettings(
        int firstChunk,
        int largestChunk,
        Duration chunkTime,
        Duration restAfterFailure,
        Duration patience,
        Throttle throttle,
        int ranges) {
    /** The most ranges. */
    public static final int MOST_RANGES = 16;

    public BackfillSettings {
        if (firstChunk < 1 || largestChunk < firstChunk) {
            throw new IllegalArgumentException(
                    "A backfill's chunks grow from at least 1 record, not from " + firstChunk + " to " + largestChunk);
        }
        given(chunkTime, "chunkTime");
        given(restAfterFailure, "restAfterFailure");
        given(patience, "patience");
        Objects.requireNonNull(throttle, "backfill.throttle");
        if (ranges < 1 || ranges > MOST_RANGES) {
            throw new IllegalArgumentException("backfill.ranges is 1 to " + MOST_RANGES + ", not " + ranges);
        }
    }

    /** With the default throttle, and one range. */
    public BackfillSettings(
            int firstChunk, int largestChunk, Duration chunkTime, Duration restAfterFailure, Duration patience) {
        this(firstChunk, largestChunk, chunkTime, restAfterFailure, patience, Throttle.defaults(), 1);
    }

    /** The defaults. */
    public static BackfillSettings defaults() {
        return new BackfillSettings(200, 2_000, Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofMinutes(10));
    }

    /** Giving way to something else. */
    public BackfillSettings withThrottle(Throttle other) {
        return new BackfillSettings(firstChunk, largestChunk, chunkTime, restAfterFailure, patience, other, ranges);
    }

    /** Walking so many ranges of a record type at the same time. */
    public BackfillSettings withRanges(int many) {
        return new BackfillSettings(firstChunk, largestChunk, chunkTime, restAfterFailure, patience, throttle, many);
    }

    private static void given(@Nullable Duration duration, String setting) {
        Objects.requireNonNull(duration, () -> "backfill." + setting + " is a duration, not null");
    }
}
