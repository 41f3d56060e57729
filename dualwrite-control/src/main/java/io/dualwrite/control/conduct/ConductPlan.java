package io.dualwrite.control.conduct;

import io.dualwrite.control.rollback.RollbackOptions;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold before each step, and how to go back: the same on all nodes. Immutable.
 *
 * @param soak for how long a stage is watched before it is left forward, from zero; default 1 day at SHADOW, 1 day at LIVE, 7
 *     days at RAMP_DOWN, none elsewhere
 * @param approvals stages to which a step forward needs a person's approval; default LIVE and COMPLETE. COMPLETE always does
 * @param nodes how many nodes must be there and agree before any step forward, from 1; default 1
 * @param nodeGoneAfter a node that has not reported for so long holds nobody up, and a step that a node has begun and not ended
 *     for so long is another one's to go on with; 1 s or more and longer than the migration's handover budget; default 1 min
 * @param abortTo where an abort leads at most; default DUAL_WRITE, from where nothing has to be begun anew and no read or
 *     write depends on the target
 * @param gates the application's own
 * @param rollback the application's own part of ways back
 */
public record ConductPlan(
        Map<Stage, Duration> soak,
        Set<Stage> approvals,
        int nodes,
        Duration nodeGoneAfter,
        Stage abortTo,
        List<StageGate> gates,
        RollbackOptions rollback) {
    public ConductPlan {
        soak = Map.copyOf(soak);
        approvals = Set.copyOf(approvals);
        gates = List.copyOf(gates);
        List<String> problems = new ArrayList<>();
        soak.forEach((stage, time) -> {
            if (time.isNegative() || stage == Stage.FROZEN || stage == Stage.COMPLETE) {
                problems.add("soak is zero or more at a stage that is left forward, not " + time + " at " + stage);
            }
        });
        if (approvals.contains(Stage.OFF) || approvals.contains(Stage.FROZEN)) {
            problems.add("OFF and FROZEN are not stepped to forward, and need no approval");
        }
        if (nodes < 1) {
            problems.add("nodes is 1 or more, not " + nodes);
        }
        if (nodeGoneAfter.compareTo(Duration.ofSeconds(1)) < 0) {
            problems.add("nodeGoneAfter is 1 s or more, not " + nodeGoneAfter);
        }
        if (abortTo.compareTo(Stage.SHADOW) > 0) {
            problems.add("an abort leads to SHADOW or further back, not to " + abortTo);
        }
        if (gates.stream().map(StageGate::name).distinct().count() < gates.size()) {
            problems.add("two gates have one name");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("This plan is none: " + String.join("; ", problems));
        }
    }

    /** The defaults. */
    public static ConductPlan defaults() {
        return new ConductPlan(
                Map.of(
                        Stage.SHADOW,
                        Duration.ofDays(1),
                        Stage.LIVE,
                        Duration.ofDays(1),
                        Stage.RAMP_DOWN,
                        Duration.ofDays(7)),
                EnumSet.of(Stage.LIVE, Stage.COMPLETE),
                1,
                Duration.ofMinutes(1),
                Stage.DUAL_WRITE,
                List.of(),
                RollbackOptions.defaults());
    }

    /** For how long a stage is watched before it is left forward. */
    public Duration soakAt(Stage stage) {
        return soak.getOrDefault(stage, Duration.ZERO);
    }

    /** The same, watching a stage for so long. */
    public ConductPlan withSoak(Stage stage, Duration time) {
        Map<Stage, Duration> all = new EnumMap<>(Stage.class);
        all.putAll(soak);
        all.put(stage, time);
        return new ConductPlan(all, approvals, nodes, nodeGoneAfter, abortTo, gates, rollback);
    }

    /** The same, asking a person before steps to these stages, and to COMPLETE. */
    public ConductPlan withApprovals(Set<Stage> stages) {
        return new ConductPlan(soak, stages, nodes, nodeGoneAfter, abortTo, gates, rollback);
    }

    /** The same for so many nodes, of which one counts as gone after this time. */
    public ConductPlan withNodes(int many, Duration goneAfter) {
        return new ConductPlan(soak, approvals, many, goneAfter, abortTo, gates, rollback);
    }

    /** The same with another end of aborts. */
    public ConductPlan abortingTo(Stage stage) {
        return new ConductPlan(soak, approvals, nodes, nodeGoneAfter, stage, gates, rollback);
    }

    /** The same with one more gate. */
    public ConductPlan withGate(StageGate gate) {
        List<StageGate> all = new ArrayList<>(gates);
        all.add(gate);
        return new ConductPlan(soak, approvals, nodes, nodeGoneAfter, abortTo, all, rollback);
    }

    /** The same with these ways back. */
    public ConductPlan withRollback(RollbackOptions options) {
        return new ConductPlan(soak, approvals, nodes, nodeGoneAfter, abortTo, gates, options);
    }

    boolean needsApproval(Stage to) {
        return to == Stage.COMPLETE || approvals.contains(to);
    }
}
