package io.dualwrite.repair;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How continuous verification works.
 *
 * @param recordsPerSecond how many records a second are compared at most, each on both sides, from 1; default 500
 * @param interval how long to rest between two rounds, at least 10 s; default 1 min
 * @param standby how long nobody must have gone on with a round before another node does, at least 10 s; default 30 s
 * @param policy what is done about a confirmed difference, REPORT or REPAIR; default REPAIR
 */
public record ContinuousSettings(int recordsPerSecond, Duration interval, Duration standby, VerifyPolicy policy) {
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    public ContinuousSettings {
        if (recordsPerSecond < 1) {
            throw new IllegalArgumentException(
                    "Continuous verification compares 1 record a second or more, not " + recordsPerSecond);
        }
        longEnough(interval, "interval");
        longEnough(standby, "standby");
        Objects.requireNonNull(policy, "policy");
        if (policy == VerifyPolicy.STOP) {
            throw new IllegalArgumentException("Continuous verification reports or repairs, it does not STOP");
        }
    }

    /** The defaults. */
    public static ContinuousSettings defaults() {
        return new ContinuousSettings(500, Duration.ofMinutes(1), Duration.ofSeconds(30), VerifyPolicy.REPAIR);
    }

    /** The same, comparing so many records a second at most. */
    public ContinuousSettings withRecordsPerSecond(int most) {
        return new ContinuousSettings(most, interval, standby, policy);
    }

    /** The same, with this rest between two rounds. */
    public ContinuousSettings withInterval(Duration rest) {
        return new ContinuousSettings(recordsPerSecond, rest, standby, policy);
    }

    /** The same, doing this about a confirmed difference. */
    public ContinuousSettings withPolicy(VerifyPolicy about) {
        return new ContinuousSettings(recordsPerSecond, interval, standby, about);
    }

    private static void longEnough(@Nullable Duration duration, String setting) {
        Objects.requireNonNull(duration, () -> "continuous." + setting + " is a duration, not null");
        if (duration.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "continuous." + setting + " is " + SHORTEST + " or more, not " + duration);
        }
    }
}
