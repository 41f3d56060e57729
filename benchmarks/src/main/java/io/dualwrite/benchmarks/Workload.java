package io.dualwrite.benchmarks;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers that begin a transaction each time theirs is due, whether or not the one before was late: an update of one record,
 * and a pause of a random length before the commit. Thread-safe.
 */
final class Workload {
    private final JdbcMigration migration;
    private final FlipSpeed.Load load;
    private final int records;
    private final Table<Order, Long> table = FlipSpeed.table();
    private final List<Thread> writers = new ArrayList<>();
    /** Begin of the work, end of the commit, and the wait before the begin, of each write since the last mark. */
    private final List<long[]> recent = new ArrayList<>();

    private final List<Long> lengths = new ArrayList<>();
    private final Map<String, Long> failures = new TreeMap<>();
    private long begun;
    private long ended;
    private volatile boolean over;

    Workload(JdbcMigration migration, FlipSpeed.Load load, int records) {
        this.migration = migration;
        this.load = load;
        this.records = records;
    }

    /**
     * What was going on when a side was closed.
     *
     * @param longest the longest transaction that the close had to wait for, begin to end
     * @param sinceLastBegin how long before the close the last transaction began that was let in
     */
    record InFlight(long longest, long sinceLastBegin) {}

    void start() {
        begun = System.nanoTime();
        for (int n = 0; n < load.writers(); n++) {
            Random random = new Random(n);
            long first = begun + 1_000_000_000L * n / load.perSecond();
            Thread thread = new Thread(() -> write(random, first), "writer-" + n);
            writers.add(thread);
            thread.start();
        }
    }

    void end() throws InterruptedException {
        over = true;
        ended = System.nanoTime();
        for (Thread writer : writers) {
            writer.join();
        }
    }

    private void write(Random random, long first) {
        long every = 1_000_000_000L * load.writers() / load.perSecond();
        long due = first;
        while (!over) {
            long early = due - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            // A writer that is late by more than a second lets the rest go, as a queue of requests would.
            due = Math.max(due + every, System.nanoTime() - TimeUnit.SECONDS.toNanos(1));
            one(random);
        }
    }

    private void one(Random random) {
        long asked = System.nanoTime();
        long[] let = {asked};
        // Some of the time goes into the statements and the commit.
        long pause = TimeUnit.MILLISECONDS.toNanos(load.longestMillis()) * random.nextInt(85) / 100;
        long key = 1 + random.nextInt(records);
        try {
            migration.inTransaction(() -> {
                let[0] = System.nanoTime();
                Side side = migration.currentSide();
                try (Connection connection = migration
                                .dataSource(side == null ? Side.ORIGIN : side)
                                .getConnection();
                        PreparedStatement update = connection.prepareStatement("update "
                                + (side == Side.ORIGIN ? "orders" : "orders_v2")
                                + " set cents = cents + 1 where id = ?")) {
                    update.setLong(1, key);
                    update.executeUpdate();
                }
                migration.changed(table, key);
                LockSupport.parkNanos(pause);
            });
            note(new long[] {let[0], System.nanoTime(), let[0] - asked});
        } catch (Exception failure) {
            failed(failure);
        }
    }

    private synchronized void note(long[] write) {
        recent.add(write);
        lengths.add(write[1] - write[0]);
    }

    private synchronized void failed(Exception failure) {
        failures.merge(failure.getClass().getSimpleName(), 1L, Long::sum);
    }

    /** Forgets what was before. */
    synchronized void mark() {
        recent.removeIf(write -> write[1] < System.nanoTime() - 200_000_000L);
    }

    synchronized InFlight around(long closed) {
        long lastBegin = recent.stream()
                .mapToLong(write -> write[0])
                .filter(begin -> begin <= closed)
                .max()
                .orElse(closed);
        long longest = recent.stream()
                .filter(write -> write[0] <= lastBegin && write[1] >= lastBegin)
                .mapToLong(write -> write[1] - write[0])
                .max()
                .orElse(0);
        return new InFlight(longest, closed - lastBegin);
    }

    synchronized long longestWait() {
        return recent.stream().mapToLong(write -> write[2]).max().orElse(0);
    }

    synchronized double perSecond() {
        return lengths.size() * 1e9 / (ended - begun);
    }

    synchronized long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    synchronized String failures() {
        return failures.isEmpty() ? "" : failures.toString();
    }

    synchronized long done() {
        return lengths.size();
    }

    synchronized double longest() {
        return FlipSpeed.millis(
                lengths.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    synchronized double median() {
        long[] sorted = lengths.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0 ? 0 : FlipSpeed.millis(sorted[sorted.length / 2]);
    }
}
