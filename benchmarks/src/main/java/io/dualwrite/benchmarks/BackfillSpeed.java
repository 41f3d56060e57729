package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.BackfillReport;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A backfill beside a loop that somebody wrote by hand: the next thousand rows by key, inserted in one batch, committed; no
 * locks, no cursor, nothing that notices a write in between. Both copy the same table of ten columns into an empty one, one
 * after the other in every round. Arguments: the engine ({@code POSTGRES} or {@code MARIADB}), rows, rounds.
 */
public final class BackfillSpeed {
    private static final int AT_ONCE = 1_000;
    private static final int RANGES = 4;
    private static final double BOUND = 0.8;

    private final Sides<HikariDataSource> pools;
    private final long rows;

    private BackfillSpeed(Sides<HikariDataSource> pools, long rows) {
        this.pools = pools;
        this.rows = rows;
    }

    /** Prints a line for each copy, and what the bound says. */
    public static void main(String[] args) {
        Verdict.exit(() -> {
            Backends backend = Backends.valueOf(args.length > 0 ? args[0] : "POSTGRES");
            long rows = args.length > 1 ? Long.parseLong(args[1]) : 1_000_000;
            int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
            BackfillSpeed speed = new BackfillSpeed(Pools.of(backend.databases(), 12), rows);
            speed.prepare();
            return speed.run(backend, rounds);
        });
    }

    private void prepare() throws SQLException {
        TenColumns.create(pools.origin(), TenColumns.ORIGIN);
        TenColumns.create(pools.target(), TenColumns.TARGET);
        TenColumns.fill(pools.origin(), rows);
        TenColumns.execute(
                pools.origin(),
                "analyze " + (TenColumns.isPostgres(pools.target()) ? "" : "table ") + TenColumns.ORIGIN);
    }

    private boolean run(Backends backend, int rounds) throws Exception {
        List<Double> one = new ArrayList<>();
        List<Double> several = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double byHand = byHand();
            double backfill = backfill("one" + round, 1);
            double ranges = backfill("several" + round, RANGES);
            double again = byHand();
            // Whatever the machine did meanwhile, the two by hand lie around the others.
            double hand = (byHand + again) / 2;
            System.out.printf(
                    "%s: by hand %,.0f and %,.0f rows/s, backfill %,.0f, in %d ranges %,.0f%n",
                    round == 0 ? "warming up" : "round " + round, byHand, again, backfill, RANGES, ranges);
            if (round > 0) {
                one.add(backfill / hand);
                several.add(ranges / hand);
            }
        }
        Bounds bounds = new Bounds();
        bounds.atLeast(
                backend + ", " + rows + " rows: backfill / loop by hand",
                BOUND,
                one.stream().mapToDouble(Double::doubleValue).toArray());
        bounds.told(
                backend + ", in " + RANGES + " ranges / loop by hand",
                several.stream().mapToDouble(Double::doubleValue).toArray());
        return bounds.print();
    }

    /** Rows a second. */
    private double byHand() throws SQLException {
        empty();
        long begun = System.nanoTime();
        String select = "select " + String.join(", ", TenColumns.COLUMNS) + " from " + TenColumns.ORIGIN
                + " where id > ? order by id limit " + AT_ONCE;
        long copied = 0;
        try (Connection from = pools.origin().getConnection();
                Connection to = pools.target().getConnection();
                PreparedStatement page = from.prepareStatement(select);
                PreparedStatement insert = to.prepareStatement(TenColumns.insert(TenColumns.TARGET))) {
            to.setAutoCommit(false);
            long last = 0;
            boolean more = true;
            while (more) {
                more = false;
                page.setLong(1, last);
                try (ResultSet result = page.executeQuery()) {
                    while (result.next()) {
                        TenColumns.copy(result, insert);
                        insert.addBatch();
                        last = result.getLong(1);
                        copied++;
                        more = true;
                    }
                }
                insert.executeBatch();
                to.commit();
            }
            to.setAutoCommit(true);
        }
        return rate(copied, Duration.ofNanos(System.nanoTime() - begun));
    }

    /** Rows a second. */
    private double backfill(String name, int ranges) throws Exception {
        empty();
        try (JdbcMigration migration = Jdbc.migration(name, pools.origin(), pools.target())
                .records(TenColumns.declared())
                .createTables(true)
                .attestedBy("the benchmark")
                .backfill(BackfillSettings.defaults().withRanges(ranges))
                .build()) {
            migration.start();
            migration.moveTo(Stage.DUAL_WRITE);
            BackfillReport report = migration.backfill();
            return rate(report.rows(), report.took());
        }
    }

    private double rate(long copied, Duration took) {
        if (copied != rows) {
            throw new IllegalStateException(copied + " rows were copied, not " + rows);
        }
        return copied / (took.toNanos() / 1e9);
    }

    /** As a new target is, with nothing left to be written of the copy before. */
    private void empty() throws SQLException {
        TenColumns.execute(pools.target(), "truncate table " + TenColumns.TARGET);
        if (TenColumns.isPostgres(pools.target())) {
            TenColumns.execute(pools.target(), "checkpoint");
        }
    }
}
