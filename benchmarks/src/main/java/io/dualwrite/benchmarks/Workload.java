package io.dualwrite.benchmarks;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers that begin a transaction each time theirs is due, whether or not the one before was late: an update of one record,
 * and a pause of a random length before the commit. Two more, with the same timetable, begin their transactions themselves
 * and have the library join them; they are counted apart, since they have chosen the side before the library could keep them
 * waiting. Thread-safe.
 */
final class Workload {
    private static final int JOINING = 2;

    private final JdbcMigration migration;
    private final FlipSpeed.Load load;
    private final int records;
    private final Table<Order, Long> table = FlipSpeed.table();
    private final List<Thread> writers = new ArrayList<>();
    /** Begin of the work, end of the commit, and the wait before the begin, of each write since the last mark. */
    private final List<long[]> recent = new ArrayList<>();

    private final List<Long> lengths = new ArrayList<>();
    private final Map<String, Long> failures = new TreeMap<>();
    private final Map<String, Long> joinedFailures = new TreeMap<>();
    private long joined;
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
        for (int n = 0; n < load.writers() + JOINING; n++) {
            Random random = new Random(n);
            long first = begun + 1_000_000_000L * n / load.perSecond();
            Runnable one = n < load.writers() ? () -> begun(random) : () -> joined(random);
            Thread thread = new Thread(() -> write(one, first), "writer-" + n);
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

    private void write(Runnable one, long first) {
        long every = 1_000_000_000L * load.writers() / load.perSecond();
        long due = first;
        while (!over) {
            long early = due - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            // A writer that is late by more than a second lets the rest go, as a queue of requests would.
            due = Math.max(due + every, System.nanoTime() - TimeUnit.SECONDS.toNanos(1));
            one.run();
        }
    }

    private void begun(Random random) {
        long asked = System.nanoTime();
        long[] let = {asked};
        long pause = pause(random);
        long key = key(random);
        try {
            migration.inTransaction(() -> {
                let[0] = System.nanoTime();
                Side side = side();
                try (Connection connection = migration.dataSource(side).getConnection()) {
                    update(connection, side, key);
                }
                LockSupport.parkNanos(pause);
            });
            note(new long[] {let[0], System.nanoTime(), let[0] - asked});
        } catch (Exception failure) {
            failed(failures, failure);
        }
    }

    private void joined(Random random) {
        long pause = pause(random);
        long key = key(random);
        Side side = side();
        try (Connection connection = migration.dataSource(side).getConnection()) {
            connection.setAutoCommit(false);
            try {
                migration.inTransaction(connection, () -> update(connection, side, key));
                LockSupport.parkNanos(pause);
                connection.commit();
                joined();
            } catch (Exception failure) {
                connection.rollback();
                throw failure;
            }
        } catch (Exception failure) {
            failed(joinedFailures, failure);
        }
    }

    private Side side() {
        Side side = migration.currentSide();
        return side == null ? Side.ORIGIN : side;
    }

    /** Some of the longest time goes into the statements and the commit. */
    private long pause(Random random) {
        return TimeUnit.MILLISECONDS.toNanos(load.longestMillis()) * random.nextInt(85) / 100;
    }

    private long key(Random random) {
        return 1 + random.nextInt(records);
    }

    private void update(Connection connection, Side side, long key) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update " + (side == Side.ORIGIN ? "orders" : "orders_v2") + " set cents = cents + 1 where id = ?")) {
            update.setLong(1, key);
            update.executeUpdate();
        }
        migration.changed(table, key);
    }

    private synchronized void note(long[] write) {
        recent.add(write);
        lengths.add(write[1] - write[0]);
    }

    private synchronized void joined() {
        joined++;
    }

    private synchronized void failed(Map<String, Long> failures, Exception failure) {
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

    /** How many transactions that were begun through the library failed. */
    synchronized long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    synchronized String failures() {
        return failures.isEmpty() ? "" : failures.toString();
    }

    synchronized long done() {
        return lengths.size();
    }

    synchronized long joinedDone() {
        return joined;
    }

    synchronized String joinedFailures() {
        return joinedFailures.toString();
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
