package io.dualwrite.command;

import io.dualwrite.Migration;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** The commands that change the stage. */
final class Moves {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

    private Moves() {}

    static Outcome flip(Errand errand) throws InterruptedException, RefusedException {
        Optional<Stage> at = errand.migration().status().stage();
        if (at.filter(Stage::isBeyondFlip).isPresent()) {
            return already(errand, at.get());
        }
        if (at.filter(stage -> !stage.write().followed()).isPresent()) {
            return errand.refused(List.of("the stage is " + at.get()
                    + ": nothing follows yet; move to dualwrite, run backfill, then repair until it is clean"));
        }
        return walk(errand, Stage.LIVE, Stage::isBeyondFlip);
    }

    static Outcome rollback(Errand errand) throws InterruptedException, RefusedException {
        if (errand.arguments().has(Option.FORCE)) {
            return force(errand);
        }
        Optional<Stage> at = errand.migration().status().stage();
        if (at.filter(stage -> stage.ordinal() < Stage.FROZEN.ordinal()).isPresent()) {
            return already(errand, at.get());
        }
        return walk(errand, Stage.SHADOW, wish -> !wish.isBeyondFlip());
    }

    static Outcome move(Errand errand) throws InterruptedException, RefusedException {
        Stage goal = Objects.requireNonNull(errand.arguments().stage(), "checked with the arguments");
        Optional<Stage> at = errand.migration().status().stage();
        return at.filter(goal::equals).isPresent() ? already(errand, goal) : walk(errand, goal, goal::equals);
    }

    static Outcome readopt(Errand errand) throws InterruptedException, RefusedException {
        Migration migration = errand.started();
        migration.readopt();
        errand.report().fact("stage", migration.stage());
        errand.report().say("the target follows again: run backfill, then repair until it is clean");
        return Outcome.DONE;
    }

    /** Nothing is started: a target that is lost would be in the way, and the origin is all that is needed. */
    private static Outcome force(Errand errand) throws InterruptedException {
        Migration migration = errand.migration();
        String loss = migration.possibleLoss().toString();
        errand.report().fact("possible.loss", loss);
        errand.report().say("%s", loss);
        if (errand.arguments().has(Option.DRY_RUN)) {
            return Outcome.DONE;
        }
        migration.forceRollback(Objects.requireNonNull(errand.arguments().by(), "checked with the arguments"));
        return reached(errand, migration.stage());
    }

    private static Outcome walk(Errand errand, Stage goal, Predicate<Stage> fits)
            throws InterruptedException, RefusedException {
        if (errand.arguments().has(Option.DRY_RUN)) {
            approve(errand, goal);
            List<String> reasons = against(errand, goal, fits);
            if (!reasons.isEmpty()) {
                return errand.refused(reasons);
            }
            errand.report().say("nothing stands against %s", goal);
            errand.report().reasons(reasons);
            return Outcome.DONE;
        }
        Migration migration = errand.started();
        approve(errand, goal);
        long begun = System.nanoTime();
        long patience = Duration.ofSeconds(errand.arguments().waitSeconds()).toNanos();
        boolean told = false;
        while (true) {
            List<String> reasons = against(errand, goal, fits);
            if (reasons.isEmpty()) {
                try {
                    return reached(errand, migration.moveTo(goal));
                } catch (StageRefusedException refused) {
                    reasons = refused.reasons();
                }
            }
            if (System.nanoTime() - begun >= patience) {
                return errand.refused(reasons);
            }
            if (!told) {
                told = true;
                errand.report().say("waiting, since it is refused:");
                reasons.forEach(reason -> errand.report().say("- %s", reason));
            }
            Thread.sleep(BETWEEN_TRIES.toMillis());
        }
    }

    /** What is against it, the flag included: every node walks back to what the flag asks for. */
    private static List<String> against(Errand errand, Stage goal, Predicate<Stage> fits) {
        Migration migration = errand.migration();
        List<String> reasons = new ArrayList<>();
        migration
                .wish()
                .filter(fits.negate())
                .ifPresent(wish -> reasons.add("the stage flag asks for " + wish.flagName()
                        + ", and every node would walk back to it; set the flag to " + goal.flagName()));
        reasons.addAll(migration.obstaclesOnTheWay(goal));
        return reasons;
    }

    /** Only for the steps that are going to be made. */
    private static void approve(Errand errand, Stage goal) {
        String by = errand.arguments().by();
        Optional<Stage> at = errand.migration().status().stage();
        if (by == null || at.isEmpty()) {
            return;
        }
        if (at.get() == Stage.OFF) {
            errand.migration().approve(Stage.JOURNAL, by);
        }
        if (at.get().isBeyondFlip() != goal.isBeyondFlip()) {
            errand.migration().approve(Stage.LIVE, by);
        }
        if (goal == Stage.COMPLETE) {
            errand.migration().approve(Stage.COMPLETE, by);
        }
    }

    private static Outcome already(Errand errand, Stage at) {
        errand.report().say("nothing to do: the stage is %s", at);
        errand.report().fact("stage", at);
        return Outcome.DONE;
    }

    private static Outcome reached(Errand errand, Stage stage) {
        errand.report().say("%s: the %s has the authority", stage, stage.isBeyondFlip() ? "target" : "origin");
        errand.report().fact("stage", stage);
        return Outcome.DONE;
    }
}
