package io.dualwrite.command;

import io.dualwrite.Migration;
import io.dualwrite.event.Subscription;
import io.dualwrite.repair.BackfillReport;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The commands that take long. */
final class Jobs {
    private Jobs() {}

    static Outcome backfill(Errand errand) throws Exception {
        BackfillReport done = watched(errand, Jobs::againstBackfill, Migration::backfill);
        Report report = errand.report();
        report.fact("records", done.rows());
        report.fact("ms", done.took().toMillis());
        report.say("backfill complete: %,d records, this run took %s", done.rows(), Report.text(done.took()));
        return Outcome.DONE;
    }

    static Outcome verify(Errand errand) throws Exception {
        return pass(errand, VerifyPolicy.REPORT);
    }

    static Outcome repair(Errand errand) throws Exception {
        Outcome outcome = Outcome.DIFFERENT;
        int passes = errand.arguments().passes();
        for (int pass = 1; pass <= passes && outcome == Outcome.DIFFERENT; pass++) {
            errand.report().fact("pass", pass);
            outcome = pass(errand, VerifyPolicy.REPAIR);
        }
        if (outcome == Outcome.DIFFERENT) {
            errand.report().say("still different after %d passes: mend the cause, then repair again", passes);
        }
        return outcome;
    }

    private static Outcome pass(Errand errand, VerifyPolicy policy) throws Exception {
        VerifyReport found = watched(errand, Jobs::againstVerification, migration -> migration.verify(policy));
        tell(found, errand.report());
        List<Discrepancy> samples = found.samples();
        int listed = Math.min(samples.size(), errand.arguments().most());
        errand.report().fact("differences", listed);
        for (int at = 0; at < listed; at++) {
            tell(samples.get(at), "difference." + (at + 1), errand.report());
        }
        return found.isClean() ? Outcome.DONE : Outcome.DIFFERENT;
    }

    private static void tell(VerifyReport found, Report report) {
        report.fact("origin.records", found.rows().origin());
        report.fact("target.records", found.rows().target());
        report.fact("complete", found.complete());
        report.fact("candidates", found.candidates());
        report.fact("confirmed", found.confirmed());
        report.fact("repaired", found.repaired());
        report.fact("ms", found.took().toMillis());
        report.say(
                "compared %,d records of the origin with %,d of the target in %s: %,d differ, %,d repaired",
                found.rows().origin(),
                found.rows().target(),
                Report.text(found.took()),
                found.confirmed(),
                found.repaired());
        if (!found.complete()) {
            report.say("a side listed nothing although it is not empty: this proves nothing");
        }
    }

    private static void tell(Discrepancy difference, String key, Report report) {
        String fields = String.join(",", difference.fields());
        report.fact(key + ".record", difference.record());
        report.fact(key + ".kind", difference.kind());
        report.fact(key + ".fields", fields);
        report.say("- %s %s%s", difference.kind(), difference.record(), fields.isEmpty() ? "" : " in " + fields);
    }

    private static @Nullable String againstBackfill(MigrationStatus now) {
        boolean follows = now.stage().filter(at -> at.write().followed()).isPresent();
        return follows && now.authority().filter(Side.ORIGIN::equals).isPresent()
                ? null
                : "a backfill runs at DUAL_WRITE or SHADOW; the stage is " + stage(now);
    }

    private static @Nullable String againstVerification(MigrationStatus now) {
        boolean follows = now.stage().filter(at -> at.write().followed()).isPresent();
        return follows && now.authority().isPresent()
                ? null
                : "a verification runs at DUAL_WRITE, SHADOW, LIVE or RAMP_DOWN; the stage is " + stage(now);
    }

    private static String stage(MigrationStatus now) {
        return now.stage().map(Stage::name).orElse("not known");
    }

    @FunctionalInterface
    private interface Job<T> {
        T run(Migration migration) throws Exception;
    }

    /** Runs a job and shows its progress; what is against it is told in the place of what it throws. */
    private static <T> T watched(Errand errand, Function<MigrationStatus, @Nullable String> against, Job<T> job)
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

    private static void refuse(Errand errand, Function<MigrationStatus, @Nullable String> against)
            throws RefusedException {
        MigrationStatus now = errand.migration().status();
        String reason = now.backfilled() == MigrationStatus.Answer.NONE
                ? "the stores of " + errand.migration().name() + " cannot list their records"
                : against.apply(now);
        if (reason == null && !now.unreached().isEmpty()) {
            reason = now.unreached().get(0).trouble();
        }
        if (reason != null) {
            throw new RefusedException(reason);
        }
    }
}
