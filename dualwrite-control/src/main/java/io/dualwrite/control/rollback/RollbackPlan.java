package io.dualwrite.control.rollback;

import io.dualwrite.Migration;
import io.dualwrite.control.rollback.RollbackRun.Made;
import io.dualwrite.control.rollback.RollbackStep.Check;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.HandoverMeasured;
import io.dualwrite.event.Subscription;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.Steps;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A way back from one stage to an earlier one: the exact steps, with the checks between them. What {@link #markdown} tells is
 * what {@link #run} does, since both go through the same steps. Every run keeps how long each step took, and the plan tells it
 * the next time. Immutable; made for the stage at which the migration is, and harmless elsewhere: a step that was made before
 * does nothing.
 */
public final class RollbackPlan {
    /** What times of waiting writers are kept by, after the step's name. */
    public static final String WRITERS_WAIT = ": writers wait";

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final Duration DRAINING = Duration.ofSeconds(5);

    private final String title;
    private final Migration migration;
    private final List<RollbackStep> steps;
    private final List<String> notes;
    private final RollbackOptions options;

    private RollbackPlan(
            String title, Migration migration, List<RollbackStep> steps, List<String> notes, RollbackOptions options) {
        this.title = title;
        this.migration = migration;
        this.steps = List.copyOf(steps);
        this.notes = List.copyOf(notes);
        this.options = options;
    }

    /**
     * The way from a stage back to an earlier one; without a step when they are the same.
     *
     * @throws IllegalArgumentException when {@code to} is later than {@code from}, or is passed through only, or there is no
     *     way back from {@code from}
     */
    public static RollbackPlan of(Migration migration, Stage from, Stage to, RollbackOptions options) {
        if (to.compareTo(from) > 0 || to == Stage.FROZEN) {
            throw new IllegalArgumentException("There is no way back from " + from + " to " + to);
        }
        if (from == Stage.COMPLETE && to != Stage.COMPLETE) {
            throw new IllegalArgumentException("There is no way back from COMPLETE: writes have left no intents since,"
                    + " and the origin is closed; begin another migration in the other direction");
        }
        List<RollbackStep> steps = new ArrayList<>();
        if (from != to) {
            steps.addAll(options.first());
            Stage at = from;
            if (at == Stage.FROZEN) {
                steps.add(settled(migration));
                at = Stage.LIVE;
            }
            while (at != to) {
                Stage next = Steps.next(at, to);
                if (at.isBeyondFlip() && !next.isBeyondFlip()) {
                    steps.add(caughtUp(migration));
                }
                steps.add(step(migration, at, next));
                at = next;
            }
            steps.addAll(options.last());
        }
        List<String> notes = from.isBeyondFlip() || from == Stage.FROZEN
                ? List.of(
                        "If the target cannot be reached there is only the forced way back, which may lose writes: see"
                                + " possibleLoss(), have somebody answer for it, and cut the target off from every node first.")
                : List.of();
        return new RollbackPlan(
                "Way back of " + migration.name() + " from " + from + " to " + to, migration, steps, notes, options);
    }

    /**
     * The way back when the target has the authority and cannot be reached. It may lose what {@link Migration#possibleLoss}
     * tells, for which {@code by} answers.
     */
    public static RollbackPlan forced(Migration migration, String by, RollbackOptions options) {
        List<RollbackStep> steps = new ArrayList<>(options.first());
        steps.add(new RollbackStep(
                "force",
                "Take the authority from the target and open the origin at DUAL_WRITE (answered for by " + by + ").",
                () -> {
                    if (!hasAuthority(migration, Side.ORIGIN)) {
                        migration.forceRollback(by);
                    }
                },
                List.of(Check.that("the origin has the authority", () -> hasAuthority(migration, Side.ORIGIN)))));
        steps.addAll(options.last());
        return new RollbackPlan(
                "Forced way back of " + migration.name(),
                migration,
                steps,
                List.of(
                        "Cut the target off from every node first, so that none goes on writing there.",
                        "Once the target is back: reconcile what it alone has, readopt it, fill and verify it anew."),
                options);
    }

    private static RollbackStep settled(Migration migration) {
        return new RollbackStep(
                "settle",
                "Let the switch that is under way end: any node goes on with it, or gives it up.",
                migration::refresh,
                List.of(new Check("the stage is no longer FROZEN", () -> {
                    migration.refresh();
                    return migration.stage() == Stage.FROZEN
                            ? List.of("the authority is being handed over still, or a side cannot be read")
                            : List.of();
                })));
    }

    private static RollbackStep caughtUp(Migration migration) {
        return new RollbackStep(
                "catch up",
                "Let the origin catch up with the target, so that writers wait for little.",
                () -> {
                    if (migration.stage().isBeyondFlip()) {
                        // With writes going on it need never be empty; what counts is what is checked next.
                        migration.awaitDrained(DRAINING);
                    }
                },
                List.of(new Check(
                        "nothing stands against handing the authority back",
                        () -> migration.stage() == Stage.LIVE ? migration.obstacles(Stage.SHADOW) : List.of())));
    }

    private static RollbackStep step(Migration migration, Stage from, Stage to) {
        List<Check> checks = new ArrayList<>();
        checks.add(new Check("the stores say " + to, () -> {
            Stage at = migration.status().stage().orElse(null);
            return at != null && at.compareTo(to) <= 0 ? List.of() : List.of("the stores say " + at + ", not " + to);
        }));
        if (from.isBeyondFlip() != to.isBeyondFlip()) {
            checks.add(Check.that("the origin has the authority", () -> hasAuthority(migration, Side.ORIGIN)));
        }
        return new RollbackStep(
                from + " → " + to,
                meaning(from),
                () -> {
                    Stage at = migration.status().stage().orElse(from);
                    if (at.compareTo(to) > 0) {
                        migration.step(from, to);
                    }
                },
                checks);
    }

    private static boolean hasAuthority(Migration migration, Side side) {
        return migration.status().authority().filter(side::equals).isPresent();
    }

    private static String meaning(Stage from) {
        return switch (from) {
            case RAMP_DOWN -> "Compare reads again; the target has the authority still.";
            case LIVE -> "Hand the authority back to the origin: writes wait until its journal is empty.";
            case SHADOW -> "Compare reads no longer, and let none be answered by the target.";
            case DUAL_WRITE -> "Let the target follow no longer; changes are noted still.";
            case JOURNAL -> "Note changes no longer. Going forward again begins a new generation, with a new backfill.";
            default -> throw new IllegalArgumentException("No step back begins at " + from);
        };
    }

    /** The steps, in order. */
    public List<RollbackStep> steps() {
        return steps;
    }

    /** When to go this way, what to do, and how long it took so far, as Markdown. */
    public String markdown(List<StepTime> measured) {
        StringBuilder page = new StringBuilder("# ").append(title).append("\n\nGo back when:\n");
        options.criteria()
                .forEach(criterion -> page.append("- ").append(criterion).append('\n'));
        page.append('\n');
        Duration most = Duration.ZERO;
        int unmeasured = 0;
        for (int at = 0; at < steps.size(); at++) {
            RollbackStep step = steps.get(at);
            Estimate estimate = Estimate.of(step.name(), measured);
            most = most.plus(estimate.most());
            unmeasured += estimate.isMeasured() ? 0 : 1;
            page.append(at + 1)
                    .append(". **")
                    .append(step.name())
                    .append("**: ")
                    .append(step.does());
            page.append(" (").append(estimate).append(")\n");
            Estimate waiting = Estimate.of(step.name() + WRITERS_WAIT, measured);
            if (waiting.isMeasured()) {
                page.append("   - Writers wait: ").append(waiting).append('\n');
            }
            step.checks()
                    .forEach(check -> page.append("   - Then check: ")
                            .append(check.text())
                            .append('\n'));
        }
        page.append(steps.isEmpty() ? "There is nothing to do.\n" : "\nAltogether at most " + Estimate.told(most));
        page.append(steps.isEmpty() ? "" : " at p95" + without(unmeasured) + ".\n");
        notes.forEach(note -> page.append('\n').append(note).append('\n'));
        return page.toString();
    }

    private static String without(int unmeasured) {
        return unmeasured == 0
                ? ""
                : ", without " + (unmeasured == 1 ? "one step that was" : unmeasured + " steps that were")
                        + " never measured";
    }

    /**
     * Goes the way, step by step, each followed by its checks, which may take a while to hold; ends at the first one that does
     * not. What was made stays made, and running the plan again goes on. Blocks.
     *
     * @param drill whether it is a rehearsal
     * @param times is told how long each step took
     */
    public RollbackRun run(boolean drill, Consumer<StepTime> times) throws InterruptedException {
        List<Made> made = new ArrayList<>();
        AtomicReference<@Nullable HandoverMeasured> handover = new AtomicReference<>();
        try (Subscription listening = migration.listen(event -> {
            if (event instanceof HandoverMeasured measured && measured.from() == Side.TARGET && measured.completed()) {
                handover.set(measured);
            }
        })) {
            for (RollbackStep step : steps) {
                long begun = options.pace().nanos();
                List<String> against = make(step);
                Duration took = Duration.ofNanos(options.pace().nanos() - begun);
                made.add(new Made(step.name(), took, against));
                if (!against.isEmpty()) {
                    return new RollbackRun(made, false);
                }
                times.accept(time(step.name(), took, drill));
                HandoverMeasured measured = handover.getAndSet(null);
                if (measured != null) {
                    times.accept(time(step.name() + WRITERS_WAIT, measured.closed(), drill));
                }
            }
        }
        return new RollbackRun(made, true);
    }

    private StepTime time(String step, Duration took, boolean drill) {
        return new StepTime(step, took, drill, options.clock().instant());
    }

    /** Tries again while there is patience left: a step may be refused for a moment, and a check may take a while. */
    private List<String> make(RollbackStep step) throws InterruptedException {
        Pace.Deadline deadline = options.pace().in(options.patience());
        while (true) {
            List<String> against = against(step);
            if (against.isEmpty() || deadline.isOver()) {
                return against;
            }
            options.pace().pause(BETWEEN_LOOKS);
        }
    }

    private static List<String> against(RollbackStep step) throws InterruptedException {
        List<String> against = new ArrayList<>();
        try {
            step.act().make();
            for (Check check : step.checks()) {
                against.addAll(check.condition().reasons());
            }
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception failed) {
            against.addAll(told(failed));
        }
        return against;
    }

    private static List<String> told(Exception failed) {
        if (failed instanceof StageRefusedException refused) {
            return refused.reasons();
        }
        // Messages of the library are made without data; those of drivers are not.
        boolean own = failed instanceof ControlException || failed instanceof JournalException;
        return List.of(own ? String.valueOf(failed.getMessage()) : "it failed with " + Fault.of(failed));
    }
}
