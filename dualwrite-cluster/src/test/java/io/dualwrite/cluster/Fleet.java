package io.dualwrite.cluster;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.testhelper.ManualScheduler;
import com.github.kagkarlsson.scheduler.testhelper.SettableClock;
import com.github.kagkarlsson.scheduler.testhelper.TestHelper;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Throttle;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.servers.PostgresServer;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** Entries in two databases, the scheduler's table in a third one, and nodes on them that share nothing else but a clock. */
final class Fleet implements AutoCloseable {
    static final int RANGES = 4;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    record Entry(Long id, String text) {}

    static final Table<Entry, Long> ENTRIES =
            Jdbc.table("entry", Entry.class, Long.class).key(Entry::id);

    enum Engine {
        H2 {
            @Override
            DataSource create() {
                JdbcDataSource source = new JdbcDataSource();
                source.setURL("jdbc:h2:mem:fleet" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
                return source;
            }
        },
        POSTGRES {
            @Override
            DataSource create() {
                return PostgresServer.newSchema();
            }
        };

        abstract DataSource create();
    }

    final Sides<DataSource> databases;
    final DataSource tasks;
    final SettableClock clock = new SettableClock();
    private final List<Node> nodes = new ArrayList<>();

    Fleet(Engine engine, int entries) {
        databases = Sides.each(side -> engine.create());
        tasks = engine.create();
        for (Side side : Side.values()) {
            run(databases.of(side), "create table entry (id bigint primary key, text varchar(20))");
        }
        for (int id = 1; id <= entries; id++) {
            run(databases.origin(), "insert into entry values (" + id + ", 'v" + id + "')");
        }
        run(
                tasks,
                "create table scheduled_tasks (task_name varchar(100) not null, task_instance varchar(100) not null,"
                        + " task_data " + (engine == Engine.H2 ? "blob" : "bytea")
                        + ", execution_time timestamp with time zone not null, picked boolean not null,"
                        + " picked_by varchar(50), last_success timestamp with time zone,"
                        + " last_failure timestamp with time zone, consecutive_failures integer,"
                        + " last_heartbeat timestamp with time zone, version bigint not null, priority smallint,"
                        + " primary key (task_name, task_instance))");
    }

    /** One node of the application. */
    final class Node {
        final String name = "node" + nodes.size();
        final JdbcMigration migration;
        final ClusterJobs jobs;
        private final Queue<Runnable> beforeChunks = new ConcurrentLinkedQueue<>();
        private final Queue<Runnable> beforeTarget = new ConcurrentLinkedQueue<>();

        private Node() {
            Brake brake = () -> {
                happen(beforeChunks);
                return null;
            };
            migration = Jdbc.migration("fleet", databases.origin(), watched(databases.target()))
                    .records(ENTRIES)
                    .createTables(true)
                    .attestedBy("these tests")
                    .backfill(new BackfillSettings(
                                    2, 2, Duration.ofSeconds(1), Duration.ofMillis(1), Duration.ofSeconds(10))
                            .withRanges(RANGES)
                            .withThrottle(Throttle.defaults().withBrake(brake)))
                    .build();
            jobs = ClusterJobs.of(
                    migration,
                    ClusterSettings.defaults()
                            .withRetry(Duration.ofMillis(100))
                            .withVerifyEvery(Duration.ofHours(1))
                            .withPolicy(VerifyPolicy.REPAIR));
        }

        /** A scheduler that does what is due when it is told to, on the thread that tells it. */
        ManualScheduler byHand() {
            TestHelper.ManualSchedulerBuilder builder =
                    TestHelper.createManualScheduler(tasks, jobs.tasks()).clock(clock);
            builder.startTasks(List.of(jobs.recurringVerification()));
            builder.schedulerName(new SchedulerName.Fixed(name));
            return builder.build();
        }

        /** One with threads. */
        Scheduler threads() {
            return Scheduler.create(tasks, jobs.tasks())
                    .threads(1)
                    .pollingInterval(Duration.ofMillis(20))
                    .heartbeatInterval(Duration.ofMillis(500))
                    .schedulerName(new SchedulerName.Fixed(name))
                    .build();
        }

        /** What happens in the transaction of its n-th chunk from now on, from 1, before it has begun. */
        void inChunk(int nth, Runnable happens) {
            for (int before = 1; before < nth; before++) {
                beforeChunks.add(() -> {});
            }
            // The first connection lists the target's keys, the second one is the transaction.
            beforeChunks.add(() -> beforeTarget.addAll(List.of(() -> {}, happens)));
        }

        private DataSource watched(DataSource behind) {
            return (DataSource) Proxy.newProxyInstance(
                    Fleet.class.getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, given) -> {
                        if (method.getName().equals("equals")) {
                            return self == given[0];
                        }
                        if (method.getName().equals("getConnection")) {
                            happen(beforeTarget);
                        }
                        try {
                            return method.invoke(behind, given);
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
        }
    }

    Node node() {
        Node node = new Node();
        nodes.add(node);
        return node;
    }

    /** So much later, for every node: now at the least. */
    void later(Duration much) {
        Instant now = Instant.now();
        clock.set((clock.now().isAfter(now) ? clock.now() : now).plus(much));
    }

    private static void happen(Queue<Runnable> things) {
        Runnable next = things.poll();
        if (next != null) {
            next.run();
        }
    }

    /** How many parts are left of a job, backfill or verify. */
    long left(String job) {
        return Long.parseLong(
                rows(tasks, "select count(*) from scheduled_tasks where task_name = 'dualwrite-" + job + "/fleet'")
                        .get(0));
    }

    List<String> entries(Side side) {
        return rows(databases.of(side), "select id || ' ' || text from entry order by id");
    }

    static void run(DataSource source, String sql) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static List<String> rows(DataSource source, String query) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(result.getString(1));
            }
            return rows;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.migration.close());
    }
}
