package io.dualwrite.command;

import io.dualwrite.Migration;
import io.dualwrite.event.Subscription;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.stage.Stage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Long jobs of a migration that has been started, and what is against them. */
final class Started {
    private Started() {}

    @FunctionalInterface
    interface Job<T> {
        T run(Migration migration) throws Exception;
    }

    /** Runs a job and shows its progress; what is against it is told in the place of what it throws. */
    static <T> T watched(Errand errand, Function<MigrationStatus, @Nullable String> against, Job<T> job)
            throws Exception {
        refuse(errand, against);
        Migration migration = errand.started();
        Subscription watching = migration.listen(errand.progress());
        try {
            return job.run(migration);
        } catch (IllegalStateException stopped) {
            refuse(errand, against);
            throw stopped;
        } finally {
            watching.close();
        }
    }

    /** Tells what is against it, that a side cannot be reached included. */
    static void refuse(Errand errand, Function<MigrationStatus, @Nullable String> against) throws RefusedException {
        MigrationStatus now = errand.migration().status();
        boolean lists = errand.arguments().recent() == 0;
        String reason = lists && now.backfilled() == MigrationStatus.Answer.NONE
                ? "the stores of " + errand.migration().name() + " cannot list their records"
                : against.apply(now);
        if (reason == null && !now.unreached().isEmpty()) {
            reason = now.unreached().get(0).trouble();
        }
        if (reason != null) {
            throw new RefusedException(reason);
        }
    }

    static String stage(MigrationStatus now) {
        return now.stage().map(Stage::name).orElse("not known");
    }
}
