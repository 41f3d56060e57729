package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.BackfillReport;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whether cost grows with the number of rows and no faster: a backfill and a verification of tables of several sizes, in one
 * process, three times each; rows a second of each size beside those of the smallest, and the heap in use. Arguments: the
 * engine ({@code POSTGRES} or {@code MARIADB}), then the sizes, the smallest first.
 */
public final class Growth {
    private static final int ROUNDS = 3;
    private static final double SLOWEST = 0.7;
    private static final double FASTEST = 1.3;
    /** What the heap in use may differ by between the smallest table and a larger one. */
    private static final double MOST_HEAP_MEGABYTES = 8;

    private final Sides<HikariDataSource> pools;
    private int runs;

    private Growth(Sides<HikariDataSource> pools) {
        this.pools = pools;
    }

    /** The medians of one size. */
    private record Measured(long rows, double copied, double verified, double copyHeap, double verifyHeap) {}

    /** One run: rows a second, and megabytes. */
    private record Run(double copied, double verified, double copyHeap, double verifyHeap) {}

    /** Prints a line for each size, and what the bounds say. */
    public static void main(String[] args) {
        Verdict.exit(() -> {
            Backends backend = Backends.valueOf(args.length > 0 ? args[0] : "POSTGRES");
            List<Long> sizes = args.length > 1
                    ? Arrays.stream(args).skip(1).map(Long::valueOf).toList()
                    : List.of(100_000L, 1_000_000L, 10_000_000L);
            Growth growth = new Growth(Pools.of(backend.databases(), 12));
            TenColumns.create(growth.pools.origin(), TenColumns.ORIGIN);
            TenColumns.create(growth.pools.target(), TenColumns.TARGET);
            return growth.run(backend, sizes);
        });
    }

    private boolean run(Backends backend, List<Long> sizes) throws Exception {
        fill(sizes.get(0));
        once(sizes.get(0));
        List<Measured> all = new ArrayList<>();
        for (long rows : sizes) {
            fill(rows);
            Measured measured = measured(rows);
            all.add(measured);
            System.out.printf(
                    "%,d rows: backfill %,.0f rows/s, verification %,.0f, heap %.1f and %.1f MB%n",
                    rows, measured.copied(), measured.verified(), measured.copyHeap(), measured.verifyHeap());
        }
        Measured first = all.get(0);
        Bounds bounds = new Bounds();
        for (Measured each : all.subList(1, all.size())) {
            String what = String.format("%s, %,d / %,d rows: ", backend, each.rows(), first.rows());
            bounds.atLeast(what + "backfill, rows/s", SLOWEST, each.copied() / first.copied());
            bounds.atMost(what + "backfill, rows/s", FASTEST, each.copied() / first.copied());
            bounds.atLeast(what + "verification, rows/s", SLOWEST, each.verified() / first.verified());
            bounds.atMost(what + "verification, rows/s", FASTEST, each.verified() / first.verified());
            bounds.atMost(what + "backfill, MB more", MOST_HEAP_MEGABYTES, each.copyHeap() - first.copyHeap());
            bounds.atMost(what + "verification, MB more", MOST_HEAP_MEGABYTES, each.verifyHeap() - first.verifyHeap());
        }
        return bounds.print();
    }

    private void fill(long rows) throws SQLException {
        TenColumns.execute(pools.origin(), "truncate table " + TenColumns.ORIGIN);
        TenColumns.fill(pools.origin(), rows);
        TenColumns.execute(
                pools.origin(),
                "analyze " + (TenColumns.isPostgres(pools.origin()) ? "" : "table ") + TenColumns.ORIGIN);
    }

    private Measured measured(long rows) throws Exception {
        Run[] all = new Run[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            all[round] = once(rows);
        }
        return new Measured(
                rows,
                Bounds.median(Arrays.stream(all).mapToDouble(Run::copied).toArray()),
                Bounds.median(Arrays.stream(all).mapToDouble(Run::verified).toArray()),
                Bounds.median(Arrays.stream(all).mapToDouble(Run::copyHeap).toArray()),
                Bounds.median(Arrays.stream(all).mapToDouble(Run::verifyHeap).toArray()));
    }

    private Run once(long rows) throws Exception {
        TenColumns.execute(pools.target(), "truncate table " + TenColumns.TARGET);
        double[] rates = new double[2];
        try (JdbcMigration migration = Jdbc.migration("growth" + ++runs, pools.origin(), pools.target())
                .records(TenColumns.declared())
                .createTables(true)
                .attestedBy("the benchmark")
                .build()) {
            migration.start();
            migration.moveTo(Stage.DUAL_WRITE);
            double copyHeap = HeapInUse.during(() -> {
                BackfillReport report = migration.backfill();
                require(rows, report.rows());
                rates[0] = report.rows() / (report.took().toNanos() / 1e9);
            });
            double verifyHeap = HeapInUse.during(() -> {
                VerifyReport report = migration.verify(VerifyPolicy.REPORT);
                require(rows, report.rows().target());
                rates[1] = report.rowsPerSecond();
            });
            return new Run(rates[0], rates[1], copyHeap, verifyHeap);
        }
    }

    private static void require(long rows, long seen) {
        if (rows != seen) {
            throw new IllegalStateException(seen + " rows, not " + rows);
        }
    }
}
