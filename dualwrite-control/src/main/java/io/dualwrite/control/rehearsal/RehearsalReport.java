package io.dualwrite.control.rehearsal;

import io.dualwrite.control.rollback.StepTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What came of a rehearsal.
 *
 * @param migration which was rehearsed
 * @param at when it began, by the clock of the node that made it
 * @param checks everything that was looked at, in order
 * @param loads what callers got
 * @param steps how long steps took, forward and back
 */
public record RehearsalReport(
        String migration, Instant at, Duration took, List<Check> checks, List<LoadResult> loads, List<StepTime> steps) {
    public RehearsalReport {
        checks = List.copyOf(checks);
        loads = List.copyOf(loads);
        steps = List.copyOf(steps);
    }

    /**
     * Something that was looked at.
     *
     * @param name what
     * @param holds whether it was as it should be
     * @param told what was seen, without data
     */
    public record Check(String name, boolean holds, String told) {}

    /** Whether everything was as it should be. */
    public boolean isReady() {
        return !checks.isEmpty() && against().isEmpty();
    }

    /** Why not; empty when it is ready. */
    public List<String> against() {
        return checks.stream()
                .filter(check -> !check.holds())
                .map(check -> check.name() + ": " + check.told())
                .toList();
    }

    /** As Markdown. */
    public String markdown() {
        StringBuilder page =
                new StringBuilder("# Rehearsal of ").append(migration).append('\n');
        page.append(isReady() ? "\nReady" : "\nNot ready").append(", on ").append(at.truncatedTo(ChronoUnit.SECONDS));
        page.append(", after ").append(took.truncatedTo(ChronoUnit.MILLIS)).append(".\n\n");
        against().forEach(reason -> page.append("- ").append(reason).append('\n'));
        page.append("\n| looked at | | |\n|---|---|---|\n");
        checks.forEach(check -> page.append("| ")
                .append(check.name())
                .append(check.holds() ? " | right | " : " | **wrong** | ")
                .append(check.told())
                .append(" |\n"));
        page.append("\n| callers, during | calls | failed | wrong | p50 | p99 |\n|---|---|---|---|---|---|\n");
        loads.forEach(load -> page.append("| ")
                .append(load.during())
                .append(" | ")
                .append(load.calls())
                .append(" | ")
                .append(load.failed())
                .append(" | ")
                .append(load.wrong())
                .append(" | ")
                .append(micros(load.half()))
                .append(" | ")
                .append(micros(load.most()))
                .append(" |\n"));
        page.append("\n| step | took |\n|---|---|\n");
        steps.forEach(step -> page.append("| ")
                .append(step.step())
                .append(" | ")
                .append(micros(step.took()))
                .append(" |\n"));
        return page.toString();
    }

    private static String micros(Duration took) {
        return took.truncatedTo(ChronoUnit.MICROS).toNanos() / 1_000 / 1e3 + " ms";
    }
}
