package io.dualwrite.command;

import io.dualwrite.Migration;
import io.dualwrite.repair.MigrationStatus.OneSide;
import java.util.ArrayList;
import java.util.List;

/**
 * One command that is being carried out.
 *
 * @param migration what it is about
 * @param arguments what was said
 * @param report where to answer
 * @param form how to show progress
 */
record Errand(Migration migration, Arguments arguments, Report report, ProgressView.Form form) {
    /** The migration with its background work, started if it was not. */
    Migration started() throws RefusedException {
        if (!migration.isStarted()) {
            try {
                migration.start();
            } catch (IllegalStateException notReady) {
                throw new RefusedException(notReady);
            }
        }
        return migration;
    }

    /** Shows the progress of long jobs. */
    ProgressView progress() {
        return new ProgressView(report, form, System::nanoTime);
    }

    /** Ends a command that was refused; what could not be reached is told as well, and then it is to be run again. */
    Outcome refused(List<String> reasons) {
        List<OneSide> unreached = migration.status().unreached();
        List<String> all = new ArrayList<>(reasons);
        for (OneSide side : unreached) {
            String trouble = String.valueOf(side.trouble());
            if (all.stream().noneMatch(reason -> reason.contains(trouble))) {
                all.add(trouble);
            }
        }
        report.say(unreached.isEmpty() ? "refused:" : "refused, and a side cannot be reached; run it again then:");
        report.reasons(all);
        return unreached.isEmpty() ? Outcome.REFUSED : Outcome.UNREACHABLE;
    }
}
