package io.dualwrite.repair;

import io.dualwrite.repair.VerifyScope.Everything;
import io.dualwrite.repair.VerifyScope.Recent;
import io.dualwrite.repair.VerifyScope.Sample;
import io.dualwrite.repair.VerifyScope.Within;
import io.dualwrite.stage.RecordRange;
import java.util.Objects;

/**
 * What a verification is to do.
 *
 * @param policy what it does about a confirmed difference
 * @param scope what it looks at
 * @param stopAfter with {@link VerifyPolicy#STOP}, after how many confirmed differences it ends, from 1; default 1
 */
public record VerifyRequest(VerifyPolicy policy, VerifyScope scope, long stopAfter) {
    public VerifyRequest {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(scope, "scope");
        if (stopAfter < 1) {
            throw new IllegalArgumentException(
                    "A verification stops after 1 difference or more, not after " + stopAfter);
        }
        if (policy != VerifyPolicy.STOP && stopAfter != 1) {
            throw new IllegalArgumentException(
                    "A verification that stops after " + stopAfter + " differences has the policy STOP, not " + policy);
        }
    }

    /** Looks at everything. */
    public static VerifyRequest of(VerifyPolicy policy) {
        return new VerifyRequest(policy, new Everything(), 1);
    }

    /** The same, looking only at the records in this range. */
    public VerifyRequest within(RecordRange range) {
        return new VerifyRequest(policy, new Within(range), stopAfter);
    }

    /** The same, looking only at a share of the records; see {@link Sample}. */
    public VerifyRequest sample(double share, long seed) {
        return new VerifyRequest(policy, new Sample(share, seed), stopAfter);
    }

    /** The same, looking only at records that were transferred and not confirmed since; see {@link Recent}. */
    public VerifyRequest recent(int most) {
        return new VerifyRequest(policy, new Recent(most), stopAfter);
    }

    /** The same, ended after so many confirmed differences; only with {@link VerifyPolicy#STOP}. */
    public VerifyRequest stoppingAfter(long differences) {
        return new VerifyRequest(policy, scope, differences);
    }

    /** How many confirmed differences there may be before it ends. */
    long mostConfirmed() {
        return policy == VerifyPolicy.STOP ? stopAfter : Long.MAX_VALUE;
    }
}
