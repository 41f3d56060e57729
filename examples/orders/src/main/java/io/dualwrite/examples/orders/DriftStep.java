package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import java.util.List;
import java.util.SplittableRandom;

/** Spoils the new database, has the migration verify and repair it, and makes sure that nothing was overlooked. */
final class DriftStep {
    private static final int MOST_PASSES = 5;

    private final Job job;
    private final JdbcMigration migration;
    private final Watcher watcher;

    DriftStep(Job job, JdbcMigration migration, Watcher watcher) {
        this.job = job;
        this.migration = migration;
        this.watcher = watcher;
    }

    String perform() throws Exception {
        Book before = job.book();
        SplittableRandom random = new SplittableRandom(job.options().seed() + before.sessions());
        List<Ref> planted = new Drift(job.tpch(), job.databases().next(), job.ledger(), random).plant(before);
        boolean clean = verify().isClean();
        // By this verification or by the one that never rests: what matters is that somebody noticed.
        Book book = job.book();
        List<Ref> missed =
                planted.stream().filter(ref -> !book.isConfirmed(ref)).toList();
        if (!missed.isEmpty()) {
            throw new IllegalStateException("Verification did not find " + missed);
        }
        for (int pass = 2; !clean; pass++) {
            if (pass > MOST_PASSES) {
                throw new IllegalStateException("None of " + MOST_PASSES + " verifications found everything equal");
            }
            clean = verify().isClean();
        }
        return "all " + planted.size() + " spoilt rows were found and repaired";
    }

    private VerifyReport verify() throws Exception {
        Progress progress = job.teller().measure("records", job.rows());
        watcher.showProgressOn(progress);
        VerifyReport report = migration.verify(VerifyPolicy.REPAIR);
        job.teller()
                .detail("%s: %d differ, %d repaired"
                        .formatted(progress.summary(report.rows().origin()), report.confirmed(), report.repaired()));
        return report;
    }
}
