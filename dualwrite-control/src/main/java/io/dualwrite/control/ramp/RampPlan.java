package io.dualwrite.control.ramp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A ramp, as data: its steps, and the gates of each of them. Every node of an application has the same. Immutable.
 *
 * @param steps ever larger shares
 * @param gates what must hold; at least one critical gate that counts
 * @param coolDown how long nobody may resume after the first rollback, doubled with each further one; default 10 min
 * @param coolDownMost the longest cool-down; default 4 h
 * @param keepShare how long a node keeps its share while it cannot read the ramp's state; after that its reads go to the
 *     source until it can; default 30 s, at least 2 s
 * @param resumesItself whether the ramp begins anew by itself after a cool-down; default false
 * @param loadTestedBy who answers for it that the target has carried the full load in a test; without, the step to 100 percent
 *     waits until practically every read is shadowed
 */
public record RampPlan(
        List<RampStep> steps,
        List<Gate> gates,
        Duration coolDown,
        Duration coolDownMost,
        Duration keepShare,
        boolean resumesItself,
        @Nullable String loadTestedBy) {
    private static final int[] SHARES = {1, 5, 10, 25, 50, 75, 100};

    /** Throws with everything that is wrong. */
    public RampPlan {
        steps = List.copyOf(steps);
        gates = List.copyOf(gates);
        List<String> problems = new ArrayList<>();
        if (steps.isEmpty()) {
            problems.add("a ramp needs a step");
        }
        if (!steps.isEmpty() && steps.get(0).percent() == 100 && loadTestedBy == null) {
            problems.add("a ramp that begins with 100 percent needs loadTestedBy");
        }
        List<RampStep> all = steps;
        IntStream.range(1, steps.size())
                .filter(at -> all.get(at).percent() <= all.get(at - 1).percent())
                .forEach(at -> problems.add("each step is a larger share than the one before, unlike "
                        + all.get(at - 1).percent() + " and " + all.get(at).percent()));
        if (gates.stream().noneMatch(gate -> gate.critical() && gate instanceof Gate.Counting)) {
            problems.add("a ramp needs a critical gate that counts, or nothing is ever evidence");
        }
        Set<String> names = new HashSet<>();
        Set<Gate.Measure> measures = new HashSet<>();
        for (Gate gate : gates) {
            if (!gate.name().matches("[A-Za-z0-9 ._-]{1,60}")) {
                problems.add("a gate's name has 1 to 60 letters, digits, blanks, dots, lines and hyphens, unlike "
                        + gate.name());
            }
            if (!names.add(gate.name())) {
                problems.add("two gates are called " + gate.name());
            }
            if (gate instanceof Gate.ReadGate reads && !measures.add(reads.measure())) {
                problems.add("two gates measure " + reads.measure());
            }
        }
        if (coolDown.isNegative() || coolDown.isZero() || coolDownMost.compareTo(coolDown) < 0) {
            problems.add(
                    "coolDown is more than zero and coolDownMost no less, not " + coolDown + " and " + coolDownMost);
        }
        if (keepShare.compareTo(Duration.ofSeconds(2)) < 0) {
            problems.add("keepShare is 2 s or more, not " + keepShare);
        }
        if (loadTestedBy != null && loadTestedBy.isBlank()) {
            problems.add("loadTestedBy says who answers for it, not nobody");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("This is no ramp: " + String.join("; ", problems));
        }
    }

    /**
     * 1, 5, 10, 25, 50, 75, 100 percent; at most 0.1 percent errors, 0.1 percent mismatches, 5 percent of the answers slower
     * than twice the source's 99th percentile, and no intent older than 30 s.
     */
    public static RampPlan defaults() {
        return new RampPlan(
                IntStream.of(SHARES).mapToObj(RampStep::to).toList(),
                List.of(
                        Gate.errors(0.001),
                        Gate.mismatches(0.001),
                        Gate.slow(2, 0.05),
                        Gate.backlog(Duration.ofSeconds(30), 100_000)),
                Duration.ofMinutes(10),
                Duration.ofHours(4),
                Duration.ofSeconds(30),
                false,
                null);
    }

    /** The same with these steps. */
    public RampPlan withSteps(List<RampStep> others) {
        return new RampPlan(others, gates, coolDown, coolDownMost, keepShare, resumesItself, loadTestedBy);
    }

    /** The same with these gates. */
    public RampPlan withGates(List<Gate> others) {
        return new RampPlan(steps, others, coolDown, coolDownMost, keepShare, resumesItself, loadTestedBy);
    }

    /** The same with one gate more. */
    public RampPlan withGate(Gate more) {
        List<Gate> all = new ArrayList<>(gates);
        all.add(more);
        return withGates(all);
    }

    /** The same with these cool-downs. */
    public RampPlan withCoolDown(Duration first, Duration most) {
        return new RampPlan(steps, gates, first, most, keepShare, resumesItself, loadTestedBy);
    }

    /** The same, a node keeping its share so long without news. */
    public RampPlan withKeepShare(Duration without) {
        return new RampPlan(steps, gates, coolDown, coolDownMost, without, resumesItself, loadTestedBy);
    }

    /** The same, beginning anew by itself after a cool-down. */
    public RampPlan resumingItself() {
        return new RampPlan(steps, gates, coolDown, coolDownMost, keepShare, true, loadTestedBy);
    }

    /** The same, somebody answering for it that the target has carried the full load. */
    public RampPlan loadTestedBy(String who) {
        return new RampPlan(steps, gates, coolDown, coolDownMost, keepShare, resumesItself, who);
    }

    /** How long nobody may resume after so many rollbacks. */
    public Duration coolDownAfter(int rollbacks) {
        Duration cool = coolDown;
        for (int more = 1; more < rollbacks && cool.compareTo(coolDownMost) < 0; more++) {
            cool = cool.multipliedBy(2);
        }
        return cool.compareTo(coolDownMost) < 0 ? cool : coolDownMost;
    }
}
