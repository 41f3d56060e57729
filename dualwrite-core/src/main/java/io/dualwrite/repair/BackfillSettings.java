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
 */
public record BackfillSettings(
        int firstChunk,
        int largestChunk,
        Duration chunkTime,
        Duration restAfterFailure,
        Duration patience,
        Throttle throttle) {
    public BackfillSettings {
        if (firstChunk < 1 || largestChunk < firstChunk) {
            throw new IllegalArgumentException(
                    "A backfill's chunks grow from at least 1 record, not from " + firstChunk + " to " + largestChunk);
        }
        given(chunkTime, "chunkTime");
        given(restAfterFailure, "restAfterFailure");
        given(patience, "patience");
        Objects.requireNonNull(throttle, "backfill.throttle");
    }

    /** With the default throttle. */
    public BackfillSettings(
            int firstChunk, int largestChunk, Duration chunkTime, Duration restAfterFailure, Duration patience) {
        this(firstChunk, largestChunk, chunkTime, restAfterFailure, patience, Throttle.defaults());
    }

    /** The defaults. */
    public static BackfillSettings defaults() {
        return new BackfillSettings(200, 2_000, Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofMinutes(10));
    }

    /** Giving way to something else. */
    public BackfillSettings withThrottle(Throttle other) {
        return new BackfillSettings(firstChunk, largestChunk, chunkTime, restAfterFailure, patience, other);
    }

    private static void given(@Nullable Duration duration, String setting) {
        Objects.requireNonNull(duration, () -> "backfill." + setting + " is a duration, not null");
    }
}
