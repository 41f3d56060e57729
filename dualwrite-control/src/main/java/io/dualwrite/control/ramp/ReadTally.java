package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;
import java.util.concurrent.atomic.LongAdder;

/** What this node has counted of reads in one epoch. Lock-free. */
final class ReadTally {
    final long epoch;
    private final LongAdder asked = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder timed = new LongAdder();
    private final LongAdder slow = new LongAdder();
    private final LongAdder compared = new LongAdder();
    private final LongAdder different = new LongAdder();
    private final LongAdder bySource = new LongAdder();
    private final LongAdder shadowed = new LongAdder();

    ReadTally(long epoch) {
        this.epoch = epoch;
    }

    void answered() {
        asked.increment();
    }

    void failed() {
        // In this order: a look in between must not see more failures than reads.
        asked.increment();
        failed.increment();
    }

    void timed(boolean tooSlow) {
        timed.increment();
        if (tooSlow) {
            slow.increment();
        }
    }

    void compared(boolean equal) {
        compared.increment();
        shadowed.increment();
        if (!equal) {
            different.increment();
        }
    }

    void shadowFailed() {
        shadowed.increment();
    }

    void bySource() {
        bySource.increment();
    }

    Evidence of(Gate.Measure measure) {
        return switch (measure) {
            case ERRORS -> evidence(failed, asked);
            case SLOW -> evidence(slow, timed);
            case MISMATCHES -> evidence(different, compared);
        };
    }

    /** How many reads the copy was asked. */
    double asked() {
        return asked.sum();
    }

    /** How many of the source's answers were repeated on the copy. */
    Evidence load() {
        return evidence(shadowed, bySource);
    }

    private static Evidence evidence(LongAdder bad, LongAdder all) {
        double counted = bad.sum();
        return new Evidence(counted, all.sum());
    }
}
