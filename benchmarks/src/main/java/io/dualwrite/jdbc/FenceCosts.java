package io.dualwrite.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.Pace;
import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/**
 * What the fence costs a write transaction, and how long a side takes to close under writers that never pause; on each
 * engine, with servers that write to disk what they commit. Lives beside the dialects to reach them.
 */
public final class FenceCosts {
    private static final int WRITERS = 24;
    private static final int TRANSACTIONS = 4_000;
    private static final int CLOSINGS = 20;
    /** How long a writer keeps its transaction open after its update. */
    private static final Duration THOUGHT = Duration.ofMillis(5);

    private final Place place;
    private final ControlRows control;
    private final DataSource pool;

    private FenceCosts(DataSource pool) throws SQLException {
        this.pool = pool;
        this.place = new Place("fence", Side.ORIGIN, pool, Limits.DEFAULT, Pace.real());
        this.control = new ControlRows(place, false);
        new Schema(place).apply();
    }

    /** Takes the names of engines, or none for all. */
    public static void main(String[] args) throws Exception {
        Map<String, Supplier<DataSource>> engines = new LinkedHashMap<>();
        engines.put("H2", () -> {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:fence;DB_CLOSE_DELAY=-1");
            return source;
        });
        engines.put("PostgreSQL", PostgresServer::newSchema);
        engines.put("MariaDB", MariaDbServer::newDatabase);
        if (args.length > 0) {
            engines.keySet().retainAll(Arrays.asList(args));
        }
        for (Map.Entry<String, Supplier<DataSource>> engine : engines.entrySet()) {
            HikariConfig config = new HikariConfig();
            config.setDataSource(engine.getValue().get());
            config.setMaximumPoolSize(WRITERS + 4);
            try (HikariDataSource pool = new HikariDataSource(config)) {
                FenceCosts costs = new FenceCosts(pool);
                costs.prepare();
                costs.transactions(engine.getKey());
                costs.closings(engine.getKey());
            }
        }
        // Nothing of the servers' keeps the process.
        System.exit(0);
    }

    private void prepare() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table counted (id integer primary key, n bigint not null)");
            for (int id = 0; id <= WRITERS; id++) {
                statement.execute("insert into counted values (" + id + ", 0)");
            }
        }
    }

    /** One thread, one after the other with and without, so that whatever else the machine does meets both alike. */
    private void transactions(String engine) throws SQLException {
        long[] bare = new long[TRANSACTIONS];
        long[] fenced = new long[TRANSACTIONS];
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            for (int warming = 0; warming < TRANSACTIONS; warming++) {
                timed(connection, warming % 2 == 0);
            }
            for (int at = 0; at < TRANSACTIONS; at++) {
                bare[at] = timed(connection, false);
                fenced[at] = timed(connection, true);
            }
            connection.setAutoCommit(true);
        }
        double without = median(bare) / 1e3;
        double with = median(fenced) / 1e3;
        System.out.printf(
                "%-10s transaction: %.0f µs bare, %.0f µs fenced: %.0f µs more, %.2f times (medians of %d; load %.1f)%n",
                engine, without, with, with - without, with / without, TRANSACTIONS, load());
    }

    private long timed(Connection connection, boolean fence) throws SQLException {
        long begun = System.nanoTime();
        transaction(connection, 0, fence);
        connection.commit();
        return System.nanoTime() - begun;
    }

    private boolean transaction(Connection connection, int id, boolean fence) throws SQLException {
        boolean open = !fence || control.hold(connection).role() == Role.AUTHORITY;
        if (open) {
            try (PreparedStatement update = connection.prepareStatement("update counted set n = n + 1 where id = ?")) {
                update.setInt(1, id);
                update.executeUpdate();
            }
        }
        return open;
    }

    private void closings(String engine) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong committed = new AtomicLong();
        List<Thread> writers = new ArrayList<>();
        for (int number = 1; number <= WRITERS; number++) {
            int id = number;
            Thread writer = new Thread(() -> write(id, stop, committed));
            writers.add(writer);
            writer.start();
        }
        long[] took = new long[CLOSINGS];
        int busy = 0;
        long begun = System.nanoTime();
        long before = committed.get();
        for (int closing = 0; closing < CLOSINGS; closing++) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            ControlRow open = control.read();
            long from = System.nanoTime();
            ControlRow closed = null;
            while (closed == null) {
                try {
                    closed = control.change(open, open.closedFor(Duration.ofSeconds(30)));
                } catch (FenceBusyException kept) {
                    busy++;
                }
            }
            took[closing] = System.nanoTime() - from;
            reopen(closed);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long transactions = committed.get() - before;
        stop.set(true);
        for (Thread writer : writers) {
            writer.join();
        }
        Arrays.sort(took);
        System.out.printf(
                "%-10s closing under %d writers (%.0f transactions/s): median %.1f ms, %.1f to %.1f ms, %d closings,"
                        + " %d attempts given up (load %.1f)%n",
                engine,
                WRITERS,
                transactions / seconds,
                median(took) / 1e6,
                took[0] / 1e6,
                took[CLOSINGS - 1] / 1e6,
                CLOSINGS,
                busy,
                load());
    }

    private void reopen(ControlRow closed) {
        while (true) {
            try {
                control.change(closed, closed.authority(closed.stage()));
                return;
            } catch (FenceBusyException kept) {
                Thread.onSpinWait();
            }
        }
    }

    private void write(int id, AtomicBoolean stop, AtomicLong committed) {
        while (!stop.get()) {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                try {
                    if (transaction(connection, id, true)) {
                        LockSupport.parkNanos(THOUGHT.toNanos());
                        connection.commit();
                        committed.incrementAndGet();
                    } else {
                        connection.rollback();
                        rest();
                    }
                } catch (SQLException failure) {
                    connection.rollback();
                    if (!control.isBusy(failure)) {
                        throw failure;
                    }
                    rest();
                } finally {
                    connection.setAutoCommit(true);
                }
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    /** As long as writers rest at first before they look again. */
    private static void rest() {
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }

    private static double median(long[] times) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
