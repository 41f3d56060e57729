package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import javax.sql.DataSource;

/**
 * How long writers are kept out by a flip or a rollback while they offer a load, how long the longest of them had been at
 * work when it began, and where the time goes. Arguments: the engine ({@code POSTGRES} or {@code MARIADB}), how many flips
 * (each followed by a rollback), writes a second offered, writers, and milliseconds that a transaction takes at most.
 */
public final class FlipSpeed {
    private static final int RECORDS = 10_000;
    private static final int SECONDS_BETWEEN = 3;
    private static final double MILLIS_BEYOND = 100;

    private final Workload workload;
    private final List<Measured> flips = new ArrayList<>();
    private final Map<String, Long> steps = new LinkedHashMap<>();

    private FlipSpeed(Workload workload) {
        this.workload = workload;
    }

    /**
     * One flip or rollback; all in nanoseconds.
     *
     * @param shut from the last transaction that was let in on the old side to the first moment when the new side lets one in
     * @param longestInFlight the longest of those that were under way when nobody was let in any more
     * @param longestWait of a writer, for being let in
     */
    private record Measured(Stage to, long shut, long longestInFlight, long longestWait, Map<String, Long> steps) {}

    /** What the writers do. */
    record Load(int perSecond, int writers, int longestMillis) {}

    /** Prints a line for each flip, a table of medians, and what the bounds say. */
    public static void main(String[] args) {
        Verdict.exit(() -> run(args));
    }

    private static boolean run(String[] args) throws Exception {
        Backends backend = Backends.valueOf(args.length > 0 ? args[0] : "POSTGRES");
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        Load load = new Load(
                args.length > 2 ? Integer.parseInt(args[2]) : 1_000,
                args.length > 3 ? Integer.parseInt(args[3]) : 24,
                args.length > 4 ? Integer.parseInt(args[4]) : 20);
        Sides<String> urls = backend.databases();
        Sides<HikariDataSource> pools = Sides.each(side -> pool(urls.of(side), load.writers() + 6));
        Sides<HikariDataSource> ownPools = Sides.each(side -> pool(urls.of(side), 6));
        fill(pools);
        FlipSpeed[] self = new FlipSpeed[1];
        try (JdbcMigration migration = Jdbc.migration("flip", pools.origin(), pools.target())
                .ownPools(ownPools.origin(), ownPools.target())
                .records(table())
                .createTables(true)
                .attestedBy("the benchmark")
                .listener(event -> self[0].on(event))
                .build()) {
            self[0] = new FlipSpeed(new Workload(migration, load, RECORDS));
            return self[0].run(migration, backend, rounds, load);
        }
    }

    static Table<Order, Long> table() {
        return Jdbc.table("orders", Order.class, Long.class)
                .key(Order::id)
                .keyColumns("id")
                .to("orders_v2");
    }

    private static HikariDataSource pool(String url, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    private static void fill(Sides<? extends DataSource> pools) throws SQLException {
        for (Side side : Side.values()) {
            String table = side == Side.ORIGIN ? "orders" : "orders_v2";
            try (Connection connection = pools.of(side).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create table " + table
                        + " (id bigint primary key, customer varchar(40) not null, cents bigint not null)");
                if (side == Side.ORIGIN) {
                    try (PreparedStatement insert =
                            connection.prepareStatement("insert into orders values (?, 'somebody', 0)")) {
                        for (long id = 1; id <= RECORDS; id++) {
                            insert.setLong(1, id);
                            insert.addBatch();
                        }
                        insert.executeBatch();
                    }
                }
            }
        }
    }

    private synchronized void on(MigrationEvent event) {
        if (event instanceof HandoverStep step) {
            steps.put(step.step(), System.nanoTime());
        }
    }

    private boolean run(JdbcMigration migration, Backends backend, int rounds, Load load) throws Exception {
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        workload.start();
        while (!migration.verify(VerifyPolicy.REPAIR).isClean()) {
            continue;
        }
        migration.moveTo(Stage.SHADOW);
        for (int round = -1; round < rounds; round++) {
            for (Stage to : List.of(Stage.LIVE, Stage.SHADOW)) {
                Measured measured = move(migration, to);
                if (round >= 0) {
                    flips.add(measured);
                    print(measured);
                }
            }
        }
        workload.end();
        report(backend, load);
        return verdict(backend).print();
    }

    private Bounds verdict(Backends backend) {
        Bounds bounds = new Bounds();
        for (Stage to : List.of(Stage.LIVE, Stage.SHADOW)) {
            bounds.atMost(
                    backend + " to " + to + ": closed to open beyond the longest in flight, ms",
                    MILLIS_BEYOND,
                    flips.stream()
                            .filter(each -> each.to() == to)
                            .mapToDouble(each -> millis(each.shut() - each.longestInFlight()))
                            .toArray());
        }
        bounds.atMost(backend + ": failed writes begun through the library", 0, workload.failed());
        return bounds;
    }

    private Measured move(JdbcMigration migration, Stage to) throws Exception {
        TimeUnit.SECONDS.sleep(SECONDS_BETWEEN);
        synchronized (this) {
            steps.clear();
        }
        workload.mark();
        migration.moveTo(to);
        // Whoever waited has got through by then, and has been counted.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        synchronized (this) {
            long closed = steps.getOrDefault("closed", 0L);
            long ceded = steps.getOrDefault("ceded", 0L);
            long open = steps.getOrDefault("took over", 0L);
            Map<String, Long> shares = new LinkedHashMap<>();
            Workload.InFlight around = workload.around(closed);
            shares.put("close (waits for those in flight)", around.sinceLastBegin());
            shares.put("drain, confirm, probe, cede", ceded - closed);
            shares.put("take over", open - ceded);
            shares.put("follow (writers are at work again)", steps.getOrDefault("follows", open) - open);
            return new Measured(
                    to, around.sinceLastBegin() + open - closed, around.longest(), workload.longestWait(), shares);
        }
    }

    private static void print(Measured each) {
        System.out.printf(
                "to %-6s closed to open %6.1f ms; longest transaction in flight %5.1f ms; longest wait of a writer %6.1f ms;"
                        + " %s%n",
                each.to(),
                millis(each.shut()),
                millis(each.longestInFlight()),
                millis(each.longestWait()),
                each.steps().entrySet().stream()
                        .map(step -> String.format("%s %.1f", step.getKey(), millis(step.getValue())))
                        .toList());
    }

    private void report(Backends backend, Load load) {
        System.out.printf(
                "%n%s, %d writers, %,d writes a second offered, %,.0f reached, transactions of at most %d ms%n",
                backend, load.writers(), load.perSecond(), workload.perSecond(), load.longestMillis());
        System.out.printf("failed writes: %d of %,d %s%n", workload.failed(), workload.done(), workload.failures());
        System.out.printf(
                "joined, begun by the writers themselves: %,d done, failed: %s%n",
                workload.joinedDone(), workload.joinedFailures());
        System.out.printf(
                "longest transaction of all: %.1f ms, median %.1f ms%n", workload.longest(), workload.median());
        for (Stage to : List.of(Stage.LIVE, Stage.SHADOW)) {
            List<Measured> of = flips.stream().filter(each -> each.to() == to).toList();
            System.out.printf("%n%d times to %s%n", of.size(), to);
            spread("closed to open", of, Measured::shut);
            spread("longest transaction in flight at the close", of, Measured::longestInFlight);
            spread("beyond that transaction", of, each -> each.shut() - each.longestInFlight());
            spread("longest wait of a writer", of, Measured::longestWait);
            for (String step : of.get(0).steps().keySet()) {
                spread("  " + step, of, each -> each.steps().get(step));
            }
        }
    }

    private static void spread(String what, List<Measured> of, ToLongFunction<Measured> value) {
        long[] sorted = of.stream().mapToLong(value).sorted().toArray();
        System.out.printf(
                "%-45s median %7.1f ms, %.1f to %.1f%n",
                what,
                (millis(sorted[(sorted.length - 1) / 2]) + millis(sorted[sorted.length / 2])) / 2,
                millis(sorted[0]),
                millis(sorted[sorted.length - 1]));
    }

    static double millis(long nanos) {
        return nanos / 1e6;
    }
}
