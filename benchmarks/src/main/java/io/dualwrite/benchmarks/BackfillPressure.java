package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Throttle;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * What a throttled backfill costs writers of the same table: writes are offered at a fixed rate, and take from the moment at
 * which they were due to the end of their commit. Windows without and with a backfill follow on each other; one with it is
 * compared with those around it. The backfill gives way as its settings here say: small chunks, and so many a second at most.
 * Arguments: the engine ({@code POSTGRES} or {@code MARIADB}), rows, rounds, seconds of a window, writes offered a second.
 */
public final class BackfillPressure {
    private static final double BOUND = 1.15;
    private static final int WRITERS = 4;
    private static final int CHUNK_ROWS = 100;
    private static final Duration BETWEEN_CHUNKS = Duration.ofMillis(50);

    private final Table<TenColumns.Parcel, Long> table = TenColumns.declared();
    private final JdbcMigration migration;
    private final long rows;
    private final Duration window;
    private final int writesPerSecond;

    private BackfillPressure(JdbcMigration migration, long rows, Duration window, int writesPerSecond) {
        this.migration = migration;
        this.rows = rows;
        this.window = window;
        this.writesPerSecond = writesPerSecond;
    }

    /** Prints a line for each round, and what the bound says. */
    public static void main(String[] args) {
        Verdict.exit(() -> {
            Backends backend = Backends.valueOf(args.length > 0 ? args[0] : "POSTGRES");
            long rows = args.length > 1 ? Long.parseLong(args[1]) : 1_000_000;
            int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
            Duration window = Duration.ofSeconds(args.length > 3 ? Long.parseLong(args[3]) : 30);
            int writesPerSecond = args.length > 4 ? Integer.parseInt(args[4]) : 200;
            Sides<HikariDataSource> pools = Pools.of(backend.databases(), 12);
            TenColumns.create(pools.origin(), TenColumns.ORIGIN);
            TenColumns.create(pools.target(), TenColumns.TARGET);
            TenColumns.fill(pools.origin(), rows);
            try (JdbcMigration migration = Jdbc.migration("pressure", pools.origin(), pools.target())
                    .records(TenColumns.declared())
                    .createTables(true)
                    .attestedBy("the benchmark")
                    .backfill(throttled())
                    .build()) {
                migration.start();
                migration.moveTo(Stage.DUAL_WRITE);
                return new BackfillPressure(migration, rows, window, writesPerSecond).run(backend, rounds);
            }
        });
    }

    /** At most two thousand rows a second. */
    private static BackfillSettings throttled() {
        AtomicLong next = new AtomicLong(System.nanoTime());
        Brake resting = () -> {
            long now = System.nanoTime();
            if (now - next.get() < 0) {
                return "resting between two chunks";
            }
            next.set(now + BETWEEN_CHUNKS.toNanos());
            return null;
        };
        return new BackfillSettings(
                        CHUNK_ROWS, CHUNK_ROWS, Duration.ofMillis(20), Duration.ofMillis(500), Duration.ofMinutes(10))
                .withThrottle(Throttle.defaults()
                        .withAsking(Duration.ofMillis(5), Duration.ofSeconds(5))
                        .withBrake(resting));
    }

    private boolean run(Backends backend, int rounds) throws Exception {
        p95();
        double[] ratios = new double[rounds];
        double before = p95();
        for (int round = 0; round < rounds; round++) {
            double during = beside();
            double after = p95();
            ratios[round] = during / ((before + after) / 2);
            System.out.printf(
                    "round %d: p95 of writes %.2f ms before, %.2f beside a backfill, %.2f after%n",
                    round + 1, before, during, after);
            before = after;
        }
        Bounds bounds = new Bounds();
        bounds.atMost(backend + ": p95 of writes beside a throttled backfill / without", BOUND, ratios);
        return bounds.print();
    }

    /** As {@link #p95}, while a backfill goes on from where it was. */
    private double beside() throws Exception {
        AtomicLong ended = new AtomicLong();
        Thread backfill = new Thread(
                () -> {
                    try {
                        migration.backfill();
                        ended.incrementAndGet();
                    } catch (InterruptedException stopped) {
                        // That is how it is paused.
                        Thread.currentThread().interrupt();
                    } catch (Exception failure) {
                        failure.printStackTrace();
                        ended.incrementAndGet();
                    }
                },
                "backfill");
        backfill.start();
        double p95 = p95();
        boolean whole = backfill.isAlive() && ended.get() == 0;
        backfill.interrupt();
        backfill.join();
        if (!whole) {
            throw new IllegalStateException("The backfill ended before the window did; take more rows or fewer rounds");
        }
        return p95;
    }

    /** Milliseconds within which 95 of 100 writes were done that were due within a window. */
    private double p95() throws Exception {
        CompletableFuture<?>[] writers = new CompletableFuture<?>[WRITERS];
        int writes = (int) (window.toSeconds() * writesPerSecond / WRITERS);
        double[] millis = new double[writes * WRITERS];
        long begun = System.nanoTime();
        for (int writer = 0; writer < WRITERS; writer++) {
            int mine = writer;
            writers[writer] = CompletableFuture.runAsync(
                    () -> write(mine, writes, begun, millis), task -> new Thread(task, "writer").start());
        }
        CompletableFuture.allOf(writers).get();
        Arrays.sort(millis);
        return millis[(int) (millis.length * 0.95)];
    }

    private void write(int writer, int writes, long begun, double[] millis) {
        Random random = new Random(writer);
        long each = TimeUnit.SECONDS.toNanos(1) * WRITERS / writesPerSecond;
        for (int number : IntStream.range(0, writes).toArray()) {
            long due = begun + number * each + writer * each / WRITERS;
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            try {
                update(1 + random.nextLong(rows), random.nextInt(100_000));
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
            millis[writer * writes + number] = (System.nanoTime() - due) / 1e6;
        }
    }

    private void update(long key, int cents) throws Exception {
        migration.inTransaction(() -> {
            try (Connection connection = migration.dataSource(Side.ORIGIN).getConnection();
                    PreparedStatement update = connection.prepareStatement(
                            "update " + TenColumns.ORIGIN + " set cents = ?, status = 'returned' where id = ?")) {
                migration.changed(table, key);
                update.setInt(1, cents);
                update.setLong(2, key);
                if (update.executeUpdate() != 1) {
                    throw new SQLException("There is no such row");
                }
            }
            return true;
        });
    }
}
