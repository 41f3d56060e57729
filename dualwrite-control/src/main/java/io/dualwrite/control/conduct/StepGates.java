package io.dualwrite.control.conduct;

import io.dualwrite.Migration;
import io.dualwrite.event.Fault;
import io.dualwrite.fence.Pace;
import io.dualwrite.repair.Steps;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The gates of each step: those of the plan, the application's own, and the library's. Changes nothing. Thread-safe. */
final class StepGates {
    private final Migration migration;
    private final ConductPlan plan;
    private final Fleet fleet;
    private final Pace pace;

    StepGates(Migration migration, ConductPlan plan, Fleet fleet, Pace pace) {
        this.migration = migration;
        this.plan = plan;
        this.fleet = fleet;
        this.pace = pace;
    }

    /** What every gate of every step from a stage to a later or earlier one says now. Blocks on the stores. */
    List<StepForecast> forecast(Journey now, Stage from, Stage goal) {
        List<StepForecast> steps = new ArrayList<>();
        Stage at = from;
        while (at != goal && at != Stage.FROZEN) {
            Stage next = Steps.next(at, goal);
            List<GateFinding> findings = new ArrayList<>(against(now, at, next, from, steps.isEmpty()));
            if (!steps.isEmpty()) {
                List<String> before = migration.obstaclesOnTheWay(at);
                List<String> reasons = migration.obstaclesOnTheWay(next).stream()
                        .filter(reason -> !before.contains(reason))
                        .toList();
                findings.add(new GateFinding("stores", reasons));
            }
            steps.add(new StepForecast(at, next, findings));
            at = next;
        }
        return steps;
    }

    /**
     * What every gate of this step says.
     *
     * @param stores whether to ask the stores too, which blocks on them; only for the step that comes next
     */
    List<GateFinding> against(Journey journey, Stage from, Stage to, boolean stores) {
        return against(journey, from, to, from, stores);
    }

    /** As above for a step that may come later, while all nodes are at {@code here} still. */
    private List<GateFinding> against(Journey journey, Stage from, Stage to, Stage here, boolean stores) {
        List<GateFinding> findings = new ArrayList<>();
        boolean forward = to.compareTo(from) > 0;
        if (forward) {
            findings.add(new GateFinding("soak", soaking(journey, from)));
            findings.add(new GateFinding("fleet", fleet.against(here, pace.nanos())));
            findings.add(new GateFinding("approval", approving(journey, to)));
            for (StageGate gate : plan.gates()) {
                if (gate.before().contains(to)) {
                    findings.add(new GateFinding(gate.name(), asked(gate)));
                }
            }
        }
        findings.add(new GateFinding("flag", flagged(from, to)));
        if (stores) {
            String who = journey.approvals().get(to);
            if (who != null) {
                migration.approve(to, who);
            }
            findings.add(new GateFinding("stores", migration.obstacles(to)));
        }
        return findings;
    }

    private List<String> soaking(Journey journey, Stage from) {
        Duration needed = plan.soakAt(from);
        Duration soaked = journey.at() == from ? journey.soaked() : Duration.ZERO;
        return soaked.compareTo(needed) >= 0
                ? List.of()
                : List.of(from + " was watched for " + soaked + " of " + needed + " with nothing wrong");
    }

    private List<String> approving(Journey journey, Stage to) {
        return !plan.needsApproval(to) || journey.approvals().containsKey(to)
                ? List.of()
                : List.of("nobody has approved of " + to + "; call approve(" + to + ", who)");
    }

    private static List<String> asked(StageGate gate) {
        try {
            return gate.condition().reasons();
        } catch (Exception failed) {
            return List.of("it could not be asked (" + Fault.of(failed) + ")");
        }
    }

    private List<String> flagged(Stage from, Stage to) {
        int way = Integer.signum(to.compareTo(from));
        return migration
                .wish()
                .filter(wish -> wish.compareTo(to) * way < 0)
                .map(wish -> List.of("the stage flag asks for " + wish.flagName()
                        + ", and every node would walk there; set the flag to " + to.flagName()))
                .orElse(List.of());
    }
}
