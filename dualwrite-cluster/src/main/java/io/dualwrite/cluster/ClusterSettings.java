package io.dualwrite.cluster;

import io.dualwrite.repair.VerifyPolicy;
import java.time.Duration;
import java.util.Objects;

/**
 * How parts are worked off.
 *
 * @param retry how long a part that failed waits until some node tries it again, more than zero; default 1 min
 * @param policy what verifications do about a confirmed difference, REPORT or REPAIR; default REPAIR
 * @param verifyEvery how long the recurring verification rests after it has begun a round, more than zero; default 1 h
 */
public record ClusterSettings(Duration retry, VerifyPolicy policy, Duration verifyEvery) {
    public ClusterSettings {
        positive(retry, "retry");
        positive(verifyEvery, "verifyEvery");
        Objects.requireNonNull(policy, "policy");
        if (policy == VerifyPolicy.STOP) {
            throw new IllegalArgumentException("cluster.policy is REPORT or REPAIR: no node can STOP the others");
        }
    }

    /** The defaults. */
    public static ClusterSettings defaults() {
        return new ClusterSettings(Duration.ofMinutes(1), VerifyPolicy.REPAIR, Duration.ofHours(1));
    }

    /** The same, trying again after so long. */
    public ClusterSettings withRetry(Duration after) {
        return new ClusterSettings(after, policy, verifyEvery);
    }

    /** The same, doing this about a confirmed difference. */
    public ClusterSettings withPolicy(VerifyPolicy about) {
        return new ClusterSettings(retry, about, verifyEvery);
    }

    /** The same, beginning a round of verification so long after the last one was begun. */
    public ClusterSettings withVerifyEvery(Duration rest) {
        return new ClusterSettings(retry, policy, rest);
    }

    private static void positive(Duration duration, String setting) {
        Objects.requireNonNull(duration, () -> "cluster." + setting + " is a duration, not null");
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException("cluster." + setting + " is more than zero, not " + duration);
        }
    }
}
