package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.check.Result;
import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.shop.MigratingShop;
import io.dualwrite.examples.orders.workload.Workload;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Stage;
import java.time.Duration;

/** The whole way of a migration under traffic, from an empty target to a completed switch. */
final class MigrationRun {
    private static final Duration STALENESS = Duration.ofSeconds(2);
    /** Much longer than the lease of a relay that was killed, whose records are left alone for half a minute. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final int[] RAMP = {1, 5, 10, 25, 50, 75, 100};

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
                        job.databases().legacy(), job.databases().shopsNext(), STALENESS, watcher);
                Workload workload = job.workload(shop, STALENESS)) {
            MigrationRun run = new MigrationRun(job, watcher, shop, workload);
            run.script().run();
            flips = run.handovers();
        }
        return job.judge(job.nextShelf(), flips, job.book().unexpectedMismatches());
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
        script.once("outage again", "The server is killed while it answers reads: those fall back.", this::outage);
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
        long fellBackBefore = watcher.fellBack();
        Workload.Sample meanwhile = job.outage(workload);
        long waiting = migration.backlog().open();
        long back = System.nanoTime();
        // Under traffic the journal is hardly ever empty: worked off is what was open when the server came back.
        while (migration.backlog().oldest().toNanos() > System.nanoTime() - back) {
            if (System.nanoTime() - back > PATIENCE.toNanos()) {
                throw new IllegalStateException("The copy does not catch up: " + migration.backlog());
            }
            workload.goOn(BETWEEN_LOOKS);
        }
        return "%s, %,d of them fell back; %,d intents had gathered, and were worked off %.1f s after the server was back"
                .formatted(meanwhile, watcher.fellBack() - fellBackBefore, waiting, (System.nanoTime() - back) / 1e9);
    }

    private String backfill() throws InterruptedException {
        Progress progress = job.teller().measure("records", job.rows());
        watcher.showProgressOn(progress);
        return progress.summary(migration.backfill().rows());
    }

    private String drift() throws Exception {
        return new DriftStep(job, migration, watcher).perform();
    }

    private String shadow() throws InterruptedException {
        Comparisons comparisons = new Comparisons(watcher);
        moveTo(Stage.SHADOW);
        return job.goOn(workload) + "; " + comparisons;
    }

    private String ramp() throws InterruptedException {
        Comparisons comparisons = new Comparisons(watcher);
        for (int percent : RAMP) {
            migration.rampTo(percent);
            workload.goOn(job.options().step().dividedBy(2));
            job.teller().detail("%d %%: %s".formatted(percent, comparisons));
            if (!comparisons.areWithinBudget()) {
                migration.rampTo(0);
                throw new IllegalStateException("The mismatch budget is used up: " + comparisons);
            }
        }
        return "all reads by key that may be a little old are answered by the new database";
    }

    private String flip(Stage wish) throws InterruptedException {
        workload.sample();
        long began = System.nanoTime();
        moveTo(wish);
        long tookMillis = (System.nanoTime() - began) / 1_000_000;
        long slowestMillis = workload.sample().slowestWriteMicros() / 1000;
        return "the authority has moved after %d ms, the slowest write meanwhile took %d ms; since then %s"
                .formatted(tookMillis, slowestMillis, job.goOn(workload));
    }

    private String atRest() throws Exception {
        moveTo(Stage.RAMP_DOWN);
        job.goOn(workload);
        workload.pause();
        try {
            awaitDrained();
            return job.compare(job.nextShelf(), job.legacyShelf()) + " records differ";
        } finally {
            workload.resume();
        }
    }

    private String complete() throws InterruptedException {
        migration.approve(Stage.COMPLETE, "the main job");
        moveTo(Stage.COMPLETE);
        return job.goOn(workload);
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

    private long handovers() {
        ControlRow target = migration.view().target();
        return target == null ? 0 : target.handover();
    }
}
