package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Budget;
import io.dualwrite.control.evidence.Expectation;
import io.dualwrite.control.evidence.Expectation.Direction;
import io.dualwrite.control.evidence.Yardstick;
import java.time.Duration;

/**
 * What must hold for a share of reads to stay, and to grow. A critical gate that fails takes all reads back to the source; an
 * advisory one is told and nothing else. No data never promotes and never rolls back. Immutable; what users bring is asked
 * on the ramp's own thread, about twice a second, and may throw.
 */
public sealed interface Gate {
    /** What events, the audit and the tables call it; unique in a plan. */
    String name();

    /** Whether its failure rolls back, and its passing is needed to go on. */
    boolean critical();

    /** A number that is read when asked; NaN means that there is no data now. */
    @FunctionalInterface
    interface Reading {
        double now() throws Exception;
    }

    /** A gate whose evidence is counted, adds up over nodes, and is held against a yardstick. */
    sealed interface Counting extends Gate {
        Yardstick yardstick();
    }

    /** What is counted of reads. */
    enum Measure {
        /** Reads, ramped and shadowed, that the copy failed and the source did not. */
        ERRORS,
        /** Answers of the copy that took longer than the source's 99th percentile times a ratio. */
        SLOW,
        /** Comparisons that found a difference; each was asked twice. */
        MISMATCHES
    }

    /**
     * A share of the reads that the copy was asked.
     *
     * @param ratio of {@link Measure#SLOW}: how many times the source's 99th percentile is still allowed
     */
    record ReadGate(String name, Measure measure, Budget yardstick, double ratio, boolean critical)
            implements Counting {
        public ReadGate {
            if (!(ratio > 0) || Double.isInfinite(ratio)) {
                throw new IllegalArgumentException("gate " + name + ": a ratio is more than 0, not " + ratio);
            }
        }
    }

    /** A share of something of the application's own: failed payments among all payments, each a count that only grows. */
    record ShareGate(String name, Reading bad, Reading all, Budget yardstick, boolean critical) implements Counting {}

    /**
     * A number of events of the application's own, which must not drop, or not rise: completed orders, logins.
     *
     * @param count how many there were, a count that only grows
     * @param perMinute how many are to be expected on this node; NaN: as many as there were while no read was ramped, once
     *     that has been watched for {@code baseline}
     */
    record CountGate(
            String name, Reading count, double perMinute, Duration baseline, Expectation yardstick, boolean critical)
            implements Counting {
        public CountGate {
            if (perMinute <= 0 || Double.isInfinite(perMinute)) {
                throw new IllegalArgumentException("gate " + name + ": perMinute is more than 0, not " + perMinute);
            }
            if (baseline.isNegative() || baseline.isZero()) {
                throw new IllegalArgumentException("gate " + name + ": baseline is more than zero, not " + baseline);
            }
        }
    }

    /** A number that must stay on one side of a bound; beyond it at three looks in a row it fails. */
    record LevelGate(String name, Reading level, Direction bad, double bound, boolean critical) implements Gate {
        boolean isBeyond(double now) {
            return bad == Direction.RISE ? now > bound : now < bound;
        }
    }

    /** How far behind the copy may be; see {@code BacklogMeasured}. Beyond a bound at three looks in a row it fails. */
    record BacklogGate(String name, Duration oldest, long open, boolean critical) implements Gate {}

    /** Failed reads of the copy: at most this share; critical. */
    static Gate errors(double budget) {
        return new ReadGate("errors", Measure.ERRORS, new Budget(budget), 1, true);
    }

    /** Slow answers of the copy, slower than {@code ratio} times the source's 99th percentile: at most this share; critical. */
    static Gate slow(double ratio, double budget) {
        return new ReadGate("slow", Measure.SLOW, new Budget(budget), ratio, true);
    }

    /** Differences that comparisons find: at most this share; critical. */
    static Gate mismatches(double budget) {
        return new ReadGate("mismatches", Measure.MISMATCHES, new Budget(budget), 1, true);
    }

    /** The oldest open intent at most this old, and at most so many open; critical. */
    static Gate backlog(Duration oldest, long open) {
        return new BacklogGate("backlog", oldest, open, true);
    }

    /** Of {@code all}, at most this share {@code bad}; critical. */
    static Gate share(String name, Reading bad, Reading all, double budget) {
        return new ShareGate(name, bad, all, new Budget(budget), true);
    }

    /**
     * The count must not drop by more than {@code tolerance}, compared with five minutes or more before the ramp began, or
     * since it rolled back; critical. For an application whose load does not change much meanwhile; otherwise {@link #share}.
     */
    static Gate drop(String name, Reading count, double tolerance) {
        return new CountGate(
                name, count, Double.NaN, Duration.ofMinutes(5), new Expectation(Direction.DROP, tolerance), true);
    }

    /** The level must be at least this; critical. */
    static Gate atLeast(String name, Reading level, double bound) {
        return new LevelGate(name, level, Direction.DROP, bound, true);
    }

    /** The level must be at most this; critical. */
    static Gate atMost(String name, Reading level, double bound) {
        return new LevelGate(name, level, Direction.RISE, bound, true);
    }

    /** The same, told when it fails and nothing else. */
    default Gate advisory() {
        if (this instanceof ReadGate gate) {
            return new ReadGate(gate.name, gate.measure, gate.yardstick, gate.ratio, false);
        }
        if (this instanceof ShareGate gate) {
            return new ShareGate(gate.name, gate.bad, gate.all, gate.yardstick, false);
        }
        if (this instanceof CountGate gate) {
            return new CountGate(gate.name, gate.count, gate.perMinute, gate.baseline, gate.yardstick, false);
        }
        if (this instanceof LevelGate gate) {
            return new LevelGate(gate.name, gate.level, gate.bad, gate.bound, false);
        }
        BacklogGate gate = (BacklogGate) this;
        return new BacklogGate(gate.name, gate.oldest, gate.open, false);
    }
}
