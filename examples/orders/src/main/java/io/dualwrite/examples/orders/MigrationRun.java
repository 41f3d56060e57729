package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.check.Checker;
import io.dualwrite.examples.orders.check.Result;
import io.dualwrite.examples.orders.check.Shelf;
import io.dualwrite.examples.orders.check.Verdict;
import io.dualwrite.examples.orders.check.Verdict.Wrong;
import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.MigratingShop;
import io.dualwrite.examples.orders.workload.Workload;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** The whole way of a migration under traffic, from an empty target to a completed switch. */
final class MigrationRun {
    private static final Duration STALENESS = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final int[] RAMP = {1, 5, 10, 25, 50, 75, 100};
    private static final int PASSES = 5;

    private final Job job;
    private final Watcher watcher;
    private final MigratingShop shop;
    private final JdbcMigration migration;
    private final Workload workload;

    private MigrationRun(Job job, Watcher watcher, MigratingShop shop, Workload workload) {
        this.job = job;
        this.watcher = watcher;
        this.shop = shop;
        this.migration = shop.migration();
        this.workload = workload;
    }

    /** Runs the whole way, or what is left of it, and has the outcome checked. */
    static Result run(Job job) throws Exception {
        Watcher watcher = new Watcher(job.ledger());
        long flips;
        try (MigratingShop shop = new MigratingShop(
                        job.databases().legacy(), job.databases().next(), STALENESS, watcher);
                Workload workload = job.workload(shop, STALENESS)) {
            MigrationRun run = new MigrationRun(job, watcher, shop, workload);
            run.script().run();
            flips = run.handovers();
        }
        Book book = job.book();
        Verdict verdict = new Verdict();
        new Checker(job.tpch(), book).judge(Shelf.next(job.databases().next()), verdict);
        verdict.examples().forEach(job.teller()::outcome);
        return Result.of(book, verdict, flips, book.unexpectedMismatches());
    }

    private Script script() {
        Script script = job.script();
        script.once("load", "The legacy database is filled with the customers and orders of TPC-H.", job::load);
        script.always("traffic", "The shop opens. From here on it writes and reads all the time.", this::open);
        script.once("dual write", "Every write leaves an intent, and the new database follows.", this::dualWrite);
        script.once("outage", "The new database's server is killed and started again.", this::outage);
        script.once("backfill", "What was there before is brought over, while the shop goes on.", this::backfill);
        script.once("drift", "Rows are spoilt behind our back: verification must find and repair them.", this::drift);
        script.once("shadow", "Reads are repeated on the new database and compared.", this::shadow);
        script.once("ramp", "The new database answers a growing share of the reads by key.", this::ramp);
        script.once("flip", "The new database gets the authority; the legacy one follows.", () -> flip(Stage.LIVE));
        script.once(
                "rollback",
                "As if it had been a mistake: all the way back, with nothing lost.",
                () -> flip(Stage.SHADOW));
        script.once("flip again", "The new database gets the authority for good.", () -> flip(Stage.LIVE));
        script.once("ramp down", "The last stage with a way back. The shop pauses, both are compared.", this::atRest);
        script.once("complete", "The legacy database is closed; there is no way back any more.", this::complete);
        return script;
    }

    private String open() throws InterruptedException {
        shop.migration().start();
        workload.start();
        return job.goOn(workload) + "; the stage is " + migration.stage();
    }

    private String dualWrite() throws InterruptedException {
        moveTo(Stage.DUAL_WRITE);
        return job.goOn(workload);
    }

    private String outage() throws Exception {
        Workload.Sample meanwhile = job.outage(workload);
        long waiting = migration.backlog().open();
        long back = System.nanoTime();
        awaitDrained();
        return "%s; %,d intents waited, and were worked off %.1f s after the server was back"
                .formatted(meanwhile, waiting, (System.nanoTime() - back) / 1e9);
    }

    private String backfill() throws InterruptedException {
        Progress progress = measure("records", 1);
        return progress.summary(migration.backfill().rows());
    }

    private String drift() throws Exception {
        SplittableRandom random =
                new SplittableRandom(job.options().seed() + job.book().sessions());
        List<Ref> planted = new Drift(job.tpch(), job.databases().next(), job.ledger(), random).plant();
        Progress progress = measure("records", 1);
        VerifyReport report = migration.verify(VerifyPolicy.REPAIR);
        Book book = job.book();
        List<Ref> missed =
                planted.stream().filter(ref -> !book.isConfirmed(ref)).toList();
        if (!missed.isEmpty()) {
            throw new IllegalStateException("Verification did not find " + missed);
        }
        for (int pass = 1; !migration.verify(VerifyPolicy.REPAIR).isClean(); pass++) {
            if (pass == PASSES) {
                throw new IllegalStateException("No pass was clean");
            }
        }
        return "all %d found and repaired, and then a clean pass; %s"
                .formatted(planted.size(), progress.summary(report.rows().origin()));
    }

    private String shadow() throws InterruptedException {
        moveTo(Stage.SHADOW);
        String sample = job.goOn(workload);
        return "%s; %,d compared, %d differed at first sight, %d confirmed"
                .formatted(sample, watcher.compared(), watcher.candidates(), watcher.confirmed());
    }

    private String ramp() throws InterruptedException {
        MismatchBudget budget = new MismatchBudget(watcher);
        for (int percent : RAMP) {
            migration.rampTo(percent);
            workload.goOn(job.options().step().dividedBy(2));
            job.teller().detail(percent + " %: " + budget);
            if (!budget.isKept()) {
                migration.rampTo(0);
                throw new IllegalStateException("The mismatch budget is used up: " + budget);
            }
        }
        return budget + "; " + watcher.fellBack() + " reads fell back";
    }

    private String flip(Stage wish) throws InterruptedException {
        workload.sample();
        long began = System.nanoTime();
        moveTo(wish);
        double seconds = (System.nanoTime() - began) / 1e9;
        return "the authority moved within %.2f s; %s".formatted(seconds, job.goOn(workload));
    }

    private String atRest() throws Exception {
        moveTo(Stage.RAMP_DOWN);
        job.goOn(workload);
        workload.pause();
        try {
            awaitDrained();
            return compare() + " records differ";
        } finally {
            workload.resume();
        }
    }

    private String complete() throws InterruptedException {
        migration.approve(Stage.COMPLETE, "the main job");
        moveTo(Stage.COMPLETE);
        return job.goOn(workload);
    }

    private int compare() throws SQLException {
        Verdict verdict = new Verdict();
        Checker checker = new Checker(job.tpch(), job.book());
        checker.compare(
                Shelf.next(job.databases().next()), Shelf.legacy(job.databases().legacy()), verdict);
        verdict.all(Wrong.STALE).forEach(ref -> job.ledger().stale(ref, "differs at rest"));
        verdict.examples().forEach(job.teller()::detail);
        return verdict.count(Wrong.STALE);
    }

    /** Gates may not hold at this moment under traffic: then again, until patience ends. */
    private void moveTo(Stage wish) throws InterruptedException {
        long began = System.nanoTime();
        while (true) {
            try {
                migration.moveTo(wish);
                return;
            } catch (StageRefusedException refused) {
                if (System.nanoTime() - began > PATIENCE.toNanos()) {
                    throw refused;
                }
                job.teller().detail(String.join("; ", refused.reasons()));
                workload.goOn(BETWEEN_TRIES);
            }
        }
    }

    private void awaitDrained() throws Exception {
        if (!migration.awaitDrained(PATIENCE)) {
            throw new IllegalStateException("The journal is not empty after " + PATIENCE + ": " + migration.backlog());
        }
    }

    private Progress measure(String what, int times) {
        long total = job.tpch().customerCount() + job.tpch().orderCount();
        Progress progress = job.teller().measure(what, times * total);
        watcher.showProgressOn(progress);
        return progress;
    }

    private long handovers() {
        ControlRow target = migration.view().target();
        return target == null ? 0 : target.handover();
    }
}
