package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.check.Result;
import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.naive.NaiveBackfill;
import io.dualwrite.examples.orders.naive.NaiveShop;
import io.dualwrite.examples.orders.naive.Phase;
import io.dualwrite.examples.orders.shop.Schemas;
import io.dualwrite.examples.orders.workload.Workload;
import java.sql.SQLException;
import java.time.Duration;

/** The same traffic and the same outage with the dual write, the backfill and the switch of the textbook. */
final class NaiveRun {
    private final Job job;
    private final NaiveShop shop;
    private int differing;

    NaiveRun(Job job) {
        this.job = job;
        this.shop = new NaiveShop(job.databases().legacy(), job.databases().shopsNext());
    }

    Result run() throws Exception {
        Script script = job.script();
        try (Workload workload = job.workload(shop, Duration.ZERO)) {
            script.once("load", "The legacy database is filled with the customers and orders of TPC-H.", job::load);
            script.once("traffic", "The shop opens; nobody migrates yet.", () -> {
                workload.start();
                return job.goOn(workload);
            });
            script.once("dual write", "try { next.write } catch { log }: both databases are written.", () -> {
                shop.moveTo(Phase.DUAL_WRITE);
                return job.goOn(workload);
            });
            script.once(
                    "outage",
                    "The new database's server is killed and started again.",
                    () -> job.outage(workload) + "; the log has " + shop.logged() + " missed writes");
            script.once("backfill", "Every row that the new database lacks is inserted there.", this::backfill);
            script.once(
                    "outage again",
                    "The new database's server is killed once more, and started again.",
                    () -> job.outage(workload) + "; the log has " + shop.logged() + " missed writes");
            script.once("comparison", "The shop pauses, and both databases are compared.", () -> {
                job.databases().awaitNext();
                workload.pause();
                differing = job.compare(job.legacyShelf(), job.nextShelf());
                return differing + " records differ";
            });
            script.once("switch", "The shop goes on with the new database alone.", () -> {
                Schemas.skipUsedIds(
                        job.databases().next(),
                        job.tpch().firstFreeKey() + job.book().acknowledged());
                shop.moveTo(Phase.NEXT_ONLY);
                workload.resume();
                return job.goOn(workload);
            });
            script.run();
        }
        return job.judge(job.nextShelf(), 1, differing);
    }

    private String backfill() throws SQLException {
        job.databases().awaitNext();
        Progress progress = job.teller().measure("rows", job.rows());
        return progress.summary(
                new NaiveBackfill(job.databases().legacy(), job.databases().next(), progress).run());
    }
}
