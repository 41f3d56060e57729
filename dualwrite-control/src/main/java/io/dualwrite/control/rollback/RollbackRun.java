package io.dualwrite.control.rollback;

import java.time.Duration;
import java.util.List;

/**
 * What came of a way back.
 *
 * @param steps those that were begun, in order; all but the last one were made
 * @param complete whether every step was made and every check held
 */
public record RollbackRun(List<Made> steps, boolean complete) {
    public RollbackRun {
        steps = List.copyOf(steps);
    }

    /**
     * One step that was begun.
     *
     * @param took its act and its checks
     * @param against why it is not over; empty when it is
     */
    public record Made(String step, Duration took, List<String> against) {
        public Made {
            against = List.copyOf(against);
        }
    }

    /** Why it ended early; empty when it is complete. */
    public List<String> against() {
        return steps.isEmpty() ? List.of() : steps.get(steps.size() - 1).against();
    }

    /** As Markdown, a line for each step. */
    public String markdown() {
        StringBuilder page = new StringBuilder("| step | took | |\n|---|---|---|\n");
        for (Made made : steps) {
            page.append("| ").append(made.step()).append(" | ").append(Estimate.told(made.took()));
            page.append(" | ")
                    .append(made.against().isEmpty() ? "done" : String.join("; ", made.against()))
                    .append(" |\n");
        }
        return page.toString();
    }
}
