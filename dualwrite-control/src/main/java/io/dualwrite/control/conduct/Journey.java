package io.dualwrite.control.conduct;

import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a migration's way through the stages stands, for all nodes of an application. Immutable.
 *
 * @param version grows with every change, 0 before the first
 * @param goal the stage it is to come to; null while it is at rest
 * @param at the stage that was last seen; null before anybody has looked
 * @param soaked for how long it was watched there, all nodes together, with nothing wrong
 * @param step the stage to which a node is stepping now; null while none is
 * @param approvals who answers for going to which stage
 * @param why what led here
 */
public record Journey(
        long version,
        Phase phase,
        @Nullable Stage goal,
        @Nullable Stage at,
        Duration soaked,
        @Nullable Stage step,
        Map<Stage, String> approvals,
        String why) {
    /** Before anything. */
    public static final Journey FIRST =
            new Journey(0, Phase.RESTING, null, null, Duration.ZERO, null, Map.of(), "never begun");

    /** What a way through the stages can do. */
    public enum Phase {
        /** It has come where it was to go, or was never begun. */
        RESTING,
        /** It steps towards its goal, as soon as the gates hold. */
        TRAVELLING,
        /** It makes no step until somebody lets it go on. */
        HELD,
        /** It goes back; only what keeps data safe can hold it up. */
        ABORTING
    }

    public Journey {
        approvals = Map.copyOf(approvals);
    }

    Journey to(Phase next, @Nullable Stage wish, String because) {
        return new Journey(version + 1, next, wish, at, soaked, step, approvals, because);
    }

    /** Goes back from wherever it is, whoever was stepping; nothing that was approved of holds any longer. */
    Journey aborting(Stage end, String because) {
        return new Journey(version + 1, Phase.ABORTING, end, at, soaked, null, Map.of(), because);
    }

    /** Somebody begins this step, or has given it up. */
    Journey stepping(@Nullable Stage next, String because) {
        return new Journey(version + 1, phase, goal, at, soaked, next, approvals, because);
    }

    /** Arrived at a stage, by a step or otherwise. What was approved is kept for the stages that lie ahead. */
    Journey arrived(Stage stage, String because) {
        Map<Stage, String> ahead = new EnumMap<>(Stage.class);
        boolean back = at != null && stage.compareTo(at) < 0;
        approvals.forEach((each, who) -> {
            if (!back && each.compareTo(stage) > 0) {
                ahead.put(each, who);
            }
        });
        boolean there = stage == goal;
        Phase next = there ? Phase.RESTING : phase;
        return new Journey(version + 1, next, there ? null : goal, stage, Duration.ZERO, null, ahead, because);
    }

    /** Come to an end at this stage. */
    Journey rested(Stage stage, String because) {
        return new Journey(version + 1, Phase.RESTING, null, stage, Duration.ZERO, null, Map.of(), because);
    }

    Journey soaked(Duration longer) {
        return new Journey(version + 1, phase, goal, at, longer, step, approvals, why);
    }

    Journey approved(Stage stage, String who) {
        Map<Stage, String> all = new EnumMap<>(Stage.class);
        all.putAll(approvals);
        all.put(stage, who);
        return new Journey(version + 1, phase, goal, at, soaked, step, all, why);
    }
}
