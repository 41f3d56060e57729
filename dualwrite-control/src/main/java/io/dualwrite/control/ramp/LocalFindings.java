package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.ramp.Ruling.Verdict;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one node knows about each gate: what it has counted, what could not be asked, and how its levels stand. Used by one
 * thread; asks what users brought, and takes whatever that throws for an answer.
 */
final class LocalFindings {
    static final int LOOKS_BEYOND = 3;

    private final RampPlan plan;
    private final ReadSensor reads;
    private final Map<String, OwnCount> own = new LinkedHashMap<>();
    private final Map<String, Integer> beyond = new LinkedHashMap<>();
    private final Map<String, Evidence> counted = new LinkedHashMap<>();
    private final Map<String, Ruling> locally = new LinkedHashMap<>();

    LocalFindings(RampPlan plan, ReadSensor reads) {
        this.plan = plan;
        this.reads = reads;
        for (Gate gate : plan.gates()) {
            if (gate instanceof Gate.ShareGate share) {
                own.put(gate.name(), OwnCount.of(share));
            } else if (gate instanceof Gate.CountGate count) {
                own.put(gate.name(), OwnCount.of(count));
            }
        }
    }

    /** Asks everything once. */
    void look(long nanos, boolean ramped) {
        counted.clear();
        locally.clear();
        for (Gate gate : plan.gates()) {
            if (gate instanceof Gate.ReadGate measured) {
                counted.put(gate.name(), reads.tally().of(measured.measure()));
            } else if (gate instanceof Gate.Counting) {
                count(gate, nanos, ramped);
            } else if (gate instanceof Gate.LevelGate level) {
                locally.put(gate.name(), ruled(level));
            } else if (gate instanceof Gate.BacklogGate backlog) {
                locally.put(gate.name(), ruled(backlog, reads.backlog()));
            }
        }
    }

    /** What adds up over nodes, of every gate that counts. */
    Map<String, Evidence> counted() {
        return counted;
    }

    /** What this node says by itself: levels, and gates that count and could not be asked or have nothing to say here. */
    Map<String, Ruling> locally() {
        return locally;
    }

    /** The critical gates that would not let this node go on. */
    List<String> holds() {
        List<String> holds = new ArrayList<>();
        locally.values().stream()
                .filter(ruling -> ruling.critical() && ruling.verdict() != Verdict.PASS)
                .forEach(ruling -> holds.add(ruling.toString()));
        return holds;
    }

    /** A new epoch has begun. */
    void restart() {
        own.values().forEach(OwnCount::restart);
        beyond.clear();
    }

    private void count(Gate gate, long nanos, boolean ramped) {
        OwnCount count = own.get(gate.name());
        if (count == null) {
            return;
        }
        try {
            count.look(nanos, ramped);
            if (!count.missing().isEmpty()) {
                locally.put(gate.name(), ruling(gate, Verdict.INCONCLUSIVE, count.missing()));
            }
        } catch (Throwable failure) {
            locally.put(gate.name(), error(gate, failure));
        }
        counted.put(gate.name(), count.evidence());
    }

    private Ruling ruled(Gate.LevelGate gate) {
        double now;
        try {
            now = gate.level().now();
        } catch (Throwable failure) {
            return error(gate, failure);
        }
        return Double.isNaN(now)
                ? ruling(gate, Verdict.INCONCLUSIVE, "no data")
                : ruled(gate, gate.isBeyond(now), now + " beside a bound of " + gate.bound());
    }

    private Ruling ruled(Gate.BacklogGate gate, @Nullable BacklogMeasured measured) {
        if (measured == null) {
            return ruling(gate, Verdict.INCONCLUSIVE, "no data");
        }
        boolean isBeyond = measured.oldest().compareTo(gate.oldest()) > 0 || measured.open() > gate.open();
        return ruled(gate, isBeyond, measured.open() + " intents open, the oldest " + measured.oldest());
    }

    private Ruling ruled(Gate gate, boolean isBeyond, String how) {
        if (!isBeyond) {
            beyond.remove(gate.name());
            return ruling(gate, Verdict.PASS, how);
        }
        int looks = beyond.merge(gate.name(), 1, Integer::sum);
        return looks >= LOOKS_BEYOND
                ? ruling(gate, Verdict.FAIL, how + ", at " + looks + " looks in a row")
                : ruling(gate, Verdict.INCONCLUSIVE, how + ", at " + looks + " of " + LOOKS_BEYOND + " looks");
    }

    private static Ruling error(Gate gate, Throwable failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return ruling(gate, Verdict.ERROR, "it threw " + Fault.of(failure));
    }

    private static Ruling ruling(Gate gate, Verdict verdict, String why) {
        return new Ruling(gate.name(), gate.critical(), verdict, why, Evidence.NONE);
    }
}
