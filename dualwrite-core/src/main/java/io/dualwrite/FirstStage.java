package io.dualwrite;

import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import org.jspecify.annotations.Nullable;

/** The stage at which a migration begins that remembers nothing between runs. */
final class FirstStage {
    /** Why nothing can be begun. */
    static final String UNKNOWN =
            "the stage flag failed or named no stage, and nothing else tells which store has the authority; mend the flag,"
                    + " or name the stage that was reached with startingAt(...)";

    private FirstStage() {}

    /** What the flag wishes now; null when there is none, and when it names no stage: the migration itself reports that. */
    static @Nullable Stage wished(@Nullable StageSource source) {
        try {
            Stage wish = source == null ? null : source.wish();
            return wish != null && wish.isWishable() ? wish : null;
        } catch (Throwable reportedLater) {
            if (reportedLater instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return null;
        }
    }
}
