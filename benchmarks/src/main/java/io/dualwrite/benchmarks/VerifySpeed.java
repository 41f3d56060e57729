package io.dualwrite.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.repair.VerifyRequest;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/**
 * How fast a verification of a table of ten columns is, beside a bare program that reads both sides: each column as a typed
 * value, with the same fetch size, both sides at the same time as well, in no order. It is told too how fast that program is
 * with one side after the other. Arguments: the engine ({@code POSTGRES}
 * or {@code MARIADB}), how many rows, how many rounds. Ends with 1 when a bound is exceeded.
 */
public final class VerifySpeed {
    private static final double LEAST_SPEED = 0.8;
    private static final double MOST_CPU = 1.25;
    /** What the heap may differ by between a tenth of the rows and all of them. */
    private static final double MOST_HEAP_MEGABYTES = 8;

    /** PostgreSQL's driver prepares a statement, and reads numbers as such, after it has been used five times. */
    private static final int UNTIL_PREPARED = 6;

    private static final int FETCH_ROWS = 500;
    private static final VerifyRequest EVERYTHING = VerifyRequest.of(VerifyPolicy.REPORT);

    private final Sides<HikariDataSource> pools;
    private final JdbcMigration migration;
    private final Table<Wide, Long> table;
    private final ServerProcesses servers = new ServerProcesses();

    private VerifySpeed(Sides<HikariDataSource> pools, JdbcMigration migration, Table<Wide, Long> table) {
        this.pools = pools;
        this.migration = migration;
        this.table = table;
    }

    /** What one reading of both sides took: rows a second, both sides counted, and seconds of processors. */
    private record Taken(double rowsPerSecond, double serverSeconds, double ownSeconds) {}

    /** Something that reads both sides and says how many rows it has read. */
    @FunctionalInterface
    private interface Reading {
        long read() throws Exception;
    }

    /** Prints each round, the medians of the ratios, and whether they keep their bounds. */
    public static void main(String[] args) {
        Verdict.exit(() -> isKept(
                Backends.valueOf(args.length > 0 ? args[0] : "POSTGRES"),
                args.length > 1 ? Long.parseLong(args[1]) : 1_000_000,
                args.length > 2 ? Integer.parseInt(args[2]) : 5));
    }

    private static boolean isKept(Backends backend, long rows, int rounds) throws Exception {
        Sides<String> urls = backend.databases();
        Sides<HikariDataSource> pools = Sides.each(side -> pool(urls.of(side)));
        Table<Wide, Long> table = Jdbc.table("wide", Wide.class, Long.class)
                .key(Wide::id)
                .keyColumns("id")
                .to("wide_v2");
        try (JdbcMigration migration = Jdbc.migration("verify", pools.origin(), pools.target())
                .records(table)
                .createTables(true)
                .adoptTarget(true)
                .wholeCopy(true)
                .attestedBy("the benchmark")
                .build()) {
            VerifySpeed speed = new VerifySpeed(pools, migration, table);
            speed.prepare(rows);
            return speed.run(backend, rows, rounds);
        }
    }

    private static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(6);
        return new HikariDataSource(config);
    }

    private void prepare(long rows) throws Exception {
        Wide.fill(pools.origin(), "wide", rows);
        Wide.fill(pools.target(), "wide_v2", rows);
        servers.add(pools.origin());
        servers.add(pools.target());
        migration.refresh();
        migration.moveTo(Stage.DUAL_WRITE);
    }

    private boolean run(Backends backend, long rows, int rounds) throws Exception {
        List<Taken> scans = new ArrayList<>();
        List<Taken> inTurn = new ArrayList<>();
        List<Taken> verifications = new ArrayList<>();
        for (int warming = 0; warming < UNTIL_PREPARED; warming++) {
            scan();
        }
        for (int round = -2; round < rounds; round++) {
            Taken scan = taken(this::scan);
            Taken oneByOne = taken(this::scanInTurn);
            Taken verification = taken(() -> verify(EVERYTHING));
            if (round >= 0) {
                scans.add(scan);
                inTurn.add(oneByOne);
                verifications.add(verification);
            }
            System.out.printf(
                    "%s scan %,.0f rows/s, %.2f + %.2f s of processors, in turn %,.0f; verification %,.0f rows/s, %.2f + %.2f s"
                            + " (load %.1f)%n",
                    round < 0 ? "warming:" : "round " + (round + 1) + ":",
                    scan.rowsPerSecond(),
                    scan.serverSeconds(),
                    scan.ownSeconds(),
                    oneByOne.rowsPerSecond(),
                    verification.rowsPerSecond(),
                    verification.serverSeconds(),
                    verification.ownSeconds(),
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }
        double speed = median(scans, verifications, Taken::rowsPerSecond);
        double cpu = median(scans, verifications, Taken::serverSeconds);
        double own = median(scans, verifications, Taken::ownSeconds);
        double both = median(scans, verifications, each -> each.serverSeconds() + each.ownSeconds());
        double tenth =
                HeapInUse.during(() -> verify(EVERYTHING.within(table.type().between(1L, rows / 10))));
        double all = HeapInUse.during(() -> verify(EVERYTHING));
        System.out.printf("%n%s, %,d rows on each side, medians of %d rounds%n", backend, rows, rounds);
        System.out.printf(
                "processor time of this process, verification / scan: %.2f; of all together: %.2f%n", own, both);
        System.out.printf(
                "rows a second, verification / scan of one side after the other: %.2f%n",
                median(inTurn, verifications, Taken::rowsPerSecond));
        boolean kept = bound("rows a second, verification / scan", speed, LEAST_SPEED, true);
        kept &= bound("processor time of the servers, verification / scan", cpu, MOST_CPU, false);
        kept &= bound(
                String.format("MB of heap more with all rows (%.1f) than with a tenth (%.1f)", all, tenth),
                all - tenth,
                MOST_HEAP_MEGABYTES,
                false);
        return kept;
    }

    private static boolean bound(String what, double measured, double bound, boolean least) {
        boolean kept = least ? measured >= bound : measured <= bound;
        System.out.printf(
                "%-70s %6.2f  %s %.2f: %s%n",
                what, measured, least ? "at least" : "at most", bound, kept ? "kept" : "EXCEEDS");
        return kept;
    }

    private static double median(List<Taken> scans, List<Taken> others, ToDoubleFunction<Taken> of) {
        double[] ratios = new double[scans.size()];
        for (int at = 0; at < ratios.length; at++) {
            ratios[at] = of.applyAsDouble(others.get(at)) / of.applyAsDouble(scans.get(at));
        }
        Arrays.sort(ratios);
        return ratios[ratios.length / 2];
    }

    private Taken taken(Reading reading) throws Exception {
        double before = servers.seconds();
        double own = ownSeconds();
        long begun = System.nanoTime();
        long rows = reading.read();
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new Taken(rows / seconds, servers.seconds() - before, ownSeconds() - own);
    }

    private static double ownSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    /** Both sides at the same time: the fastest that a bare program is. */
    private long scan() throws Exception {
        AtomicLong rows = new AtomicLong();
        List<Exception> failures = new ArrayList<>();
        Thread other = new Thread(() -> {
            try {
                rows.addAndGet(Wide.scan(pools.target(), "wide_v2", FETCH_ROWS));
            } catch (Exception failure) {
                failures.add(failure);
            }
        });
        other.start();
        rows.addAndGet(Wide.scan(pools.origin(), "wide", FETCH_ROWS));
        other.join();
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
        return rows.get();
    }

    private long scanInTurn() throws Exception {
        return Wide.scan(pools.origin(), "wide", FETCH_ROWS) + Wide.scan(pools.target(), "wide_v2", FETCH_ROWS);
    }

    private long verify(VerifyRequest request) throws Exception {
        VerifyReport report = migration.verify(request);
        if (!report.isEqual()) {
            throw new IllegalStateException("The sides differ: " + report);
        }
        return report.rows().of(Side.ORIGIN) + report.rows().of(Side.TARGET);
    }
}
