package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Alarm;
import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.evidence.Yardstick;
import io.dualwrite.control.ramp.Ruling.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rules on each gate from what all nodes have counted together. Any node may judge: all see the same sums, and who writes the
 * state first has decided. Used by one thread.
 */
final class FleetJudge {
    /** The probability that a gate which is kept is ever ruled to have failed, over a whole ramp. */
    static final double IN_VAIN = 0.01;
    /** How sure it has to be that a gate is kept: one in twenty at its edge would be taken for kept. */
    static final double ENOUGH = Math.log(20);

    private final RampPlan plan;
    private final Map<String, Alarm> alarms = new LinkedHashMap<>();

    FleetJudge(RampPlan plan) {
        this.plan = plan;
        for (Gate gate : plan.gates()) {
            if (gate instanceof Gate.Counting counting) {
                alarms.put(gate.name(), new Alarm(counting.yardstick(), IN_VAIN));
            }
        }
    }

    /**
     * A ruling for each gate.
     *
     * @param fleet what was counted by all nodes in this epoch
     * @param locally what this node says by itself
     */
    List<Ruling> rule(Map<String, Evidence> fleet, Map<String, Ruling> locally) {
        List<Ruling> rulings = new ArrayList<>();
        for (Gate gate : plan.gates()) {
            Ruling local = locally.get(gate.name());
            if (gate instanceof Gate.Counting counting) {
                Ruling counted = rule(counting, fleet.getOrDefault(gate.name(), Evidence.NONE));
                // What was counted may still say that it failed where nothing more can be asked.
                rulings.add(local == null || counted.verdict() == Verdict.FAIL ? counted : local);
            } else if (local != null) {
                rulings.add(local);
            }
        }
        return rulings;
    }

    /** A new epoch has begun. */
    void restart() {
        alarms.values().forEach(Alarm::restart);
    }

    private Ruling rule(Gate.Counting gate, Evidence evidence) {
        Alarm alarm = alarms.get(gate.name());
        Yardstick yardstick = gate.yardstick();
        String counted = told(evidence);
        if (alarm != null && alarm.rings(evidence)) {
            return new Ruling(gate.name(), gate.critical(), Verdict.FAIL, counted + " beyond " + yardstick, evidence);
        }
        if (yardstick.inFavour(evidence) >= ENOUGH) {
            return new Ruling(gate.name(), gate.critical(), Verdict.PASS, counted + " within " + yardstick, evidence);
        }
        long missing = (long) Math.ceil(yardstick.missing(evidence, ENOUGH));
        return new Ruling(
                gate.name(),
                gate.critical(),
                Verdict.INCONCLUSIVE,
                counted + ", needs " + missing + " more good ones",
                evidence);
    }

    private static String told(Evidence evidence) {
        return Math.round(evidence.bad()) + " of " + Math.round(evidence.all());
    }
}
