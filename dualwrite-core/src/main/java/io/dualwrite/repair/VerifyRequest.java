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
 * @param summed whether the stores sum up ranges, of which only those that differ are read; default false
 */
public record VerifyRequest(VerifyPolicy policy, VerifyScope scope, long stopAfter, boolean summed) {
    /** Reading everything that it looks at. */
    public VerifyRequest(VerifyPolicy policy, VerifyScope scope, long stopAfter) {
        this(policy, scope, stopAfter, false);
    }

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
        if (summed && !(scope instanceof Everything || scope instanceof Within)) {
            throw new IllegalArgumentException(
                    "Sums are made of everything or of a range of keys, not of samples or recent records");
        }
    }

    /** Looks at everything. */
    public static VerifyRequest of(VerifyPolicy policy) {
        return new VerifyRequest(policy, new Everything(), 1);
    }

    /** The same, looking only at the records in this range. */
    public VerifyRequest within(RecordRange range) {
        return new VerifyRequest(policy, new Within(range), stopAfter, summed);
    }

    /** The same, looking only at a share of the records; see {@link Sample}. */
    public VerifyRequest sample(double share, long seed) {
        return new VerifyRequest(policy, new Sample(share, seed), stopAfter, summed);
    }

    /** The same, looking only at records that were transferred and not confirmed since; see {@link Recent}. */
    public VerifyRequest recent(int most) {
        return new VerifyRequest(policy, new Recent(most), stopAfter, summed);
    }

    /** The same, ended after so many confirmed differences; only with {@link VerifyPolicy#STOP}. */
    public VerifyRequest stoppingAfter(long differences) {
        return new VerifyRequest(policy, scope, differences, summed);
    }

    /**
     * The same, with sums that the databases make of ranges: for slow links between here and them, and sides of one engine
     * whose tables are declared alike. Costs the databases more than being read does.
     */
    public VerifyRequest inTheDatabases() {
        return new VerifyRequest(policy, scope, stopAfter, true);
    }

    /** How many confirmed differences there may be before it ends. */
    long mostConfirmed() {
        return policy == VerifyPolicy.STOP ? stopAfter : Long.MAX_VALUE;
    }
}
