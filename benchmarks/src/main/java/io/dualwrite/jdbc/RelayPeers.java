package io.dualwrite.jdbc;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.benchmarks.Backends;
import io.dualwrite.benchmarks.Bounds;
import io.dualwrite.benchmarks.Pools;
import io.dualwrite.benchmarks.TenColumns;
import io.dualwrite.benchmarks.Verdict;
import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The relay beside general-purpose libraries for durable work that do the same repair: transaction-outbox and db-scheduler,
 * one task for each missed key, which reads the row and upserts or deletes it on the other side, four threads each. The tasks
 * are there when the clock starts, as after a crash, on each side as that library schedules them. Arguments: the engine
 * ({@code POSTGRES} or {@code MARIADB}), rows, keys missed in a round, rounds.
 */
public final class RelayPeers {
    private static final int THREADS = 4;
    private static final double BOUND = 10;
    private static final int IN_A_TRANSACTION = 500;

    private final Sides<HikariDataSource> pools;
    private final RelaySpeed relay;

    private RelayPeers(Sides<HikariDataSource> pools, RelaySpeed relay) {
        this.pools = pools;
        this.relay = relay;
    }

    /** Prints a line for each round, and what the bounds say. */
    public static void main(String[] args) {
        Verdict.exit(() -> {
            Backends backend = Backends.valueOf(args.length > 0 ? args[0] : "POSTGRES");
            int rows = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
            int missed = args.length > 2 ? Integer.parseInt(args[2]) : 20_000;
            int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
            Sides<HikariDataSource> pools = Pools.of(backend.databases(), 12);
            RelayPeers peers = new RelayPeers(pools, new RelaySpeed(pools, rows));
            peers.relay.prepare();
            peers.createTasks();
            return peers.run(backend, missed, rounds);
        });
    }

    private boolean run(Backends backend, int missed, int rounds) throws Exception {
        double[] outbox = new double[rounds];
        double[] scheduler = new double[rounds];
        Random random = new Random(20261123);
        for (int round = -1; round < rounds; round++) {
            List<Long> keys = relay.some(missed, random);
            double own = missed / relay.relay(keys, THREADS);
            double byOutbox = missed / outbox(keys);
            double byScheduler = missed / scheduler(keys);
            double again = missed / relay.relay(keys, THREADS);
            System.out.printf(
                    "%s: relay %,.0f and %,.0f keys/s, transaction-outbox %,.0f, db-scheduler %,.0f%n",
                    round < 0 ? "warming up" : "round " + (round + 1), own, again, byOutbox, byScheduler);
            if (round >= 0) {
                outbox[round] = (own + again) / 2 / byOutbox;
                scheduler[round] = (own + again) / 2 / byScheduler;
            }
        }
        Bounds bounds = new Bounds();
        bounds.atLeast(backend + ": relay / transaction-outbox, " + THREADS + " threads each", BOUND, outbox);
        bounds.atLeast(backend + ": relay / db-scheduler, " + THREADS + " threads each", BOUND, scheduler);
        return bounds.print();
    }

    /** Repairs one key, as somebody would write it. */
    private void repair(long key) throws SQLException {
        try (Connection from = pools.origin().getConnection();
                PreparedStatement read = from.prepareStatement("select " + String.join(", ", TenColumns.COLUMNS)
                        + " from " + TenColumns.ORIGIN + " where id = ?")) {
            read.setLong(1, key);
            try (ResultSet row = read.executeQuery();
                    Connection to = pools.target().getConnection()) {
                if (row.next()) {
                    try (PreparedStatement upsert =
                            to.prepareStatement(TenColumns.upsert(pools.target(), TenColumns.TARGET))) {
                        TenColumns.copy(row, upsert);
                        upsert.executeUpdate();
                    }
                } else {
                    try (PreparedStatement delete =
                            to.prepareStatement("delete from " + TenColumns.TARGET + " where id = ?")) {
                        delete.setLong(1, key);
                        delete.executeUpdate();
                    }
                }
            }
        }
    }

    /** What transaction-outbox calls. */
    public static class Repair {
        private final RelayPeers peers;
        private final CountDownLatch left;

        Repair(RelayPeers peers, CountDownLatch left) {
            this.peers = peers;
            this.left = left;
        }

        /** Repairs one key. */
        public void repair(long key) throws SQLException {
            peers.repair(key);
            left.countDown();
        }
    }

    /** Seconds that transaction-outbox takes. */
    private double outbox(List<Long> keys) throws Exception {
        CountDownLatch left = new CountDownLatch(keys.size());
        AtomicInteger hours = new AtomicInteger();
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        Submitter submitter = Submitter.withExecutor(threads);
        TransactionManager transactions = TransactionManager.fromDataSource(pools.origin());
        TransactionOutbox outbox = TransactionOutbox.builder()
                .transactionManager(transactions)
                .persistor(Persistor.forDialect(relay.isPostgres() ? Dialect.POSTGRESQL_9 : Dialect.MY_SQL_8))
                .instantiator(Instantiator.using(any -> new Repair(this, left)))
                .attemptFrequency(Duration.ofHours(1))
                // Later, for the process that comes after the one which has scheduled them.
                .clockProvider(() -> Clock.offset(Clock.systemUTC(), Duration.ofHours(hours.get())))
                .submitter((entry, work) -> {
                    if (hours.get() > 0) {
                        submitter.submit(entry, work);
                    }
                })
                .build();
        try {
            for (int from = 0; from < keys.size(); from += IN_A_TRANSACTION) {
                List<Long> some = keys.subList(from, Math.min(keys.size(), from + IN_A_TRANSACTION));
                transactions.inTransactionThrows(transaction -> {
                    for (Long key : some) {
                        outbox.schedule(Repair.class).repair(key);
                    }
                });
            }
            long begun = System.nanoTime();
            do {
                // What it could not lock it leaves for an hour; that hour has passed when nothing else is left to do.
                if (threads.getActiveCount() == 0 && threads.getQueue().isEmpty()) {
                    hours.addAndGet(2);
                    boolean more = true;
                    while (more) {
                        more = outbox.flush();
                    }
                }
            } while (!left.await(10, TimeUnit.MILLISECONDS));
            return (System.nanoTime() - begun) / 1e9;
        } finally {
            threads.shutdown();
            threads.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    private void createTasks() throws SQLException {
        String text = "varchar(100)";
        String time = relay.isPostgres() ? "timestamp with time zone" : "timestamp(6) null";
        TenColumns.execute(
                pools.origin(),
                "create table scheduled_tasks (task_name " + text + " not null, task_instance " + text
                        + " not null, task_data " + (relay.isPostgres() ? "bytea" : "blob") + ", execution_time " + time
                        + ", picked boolean not null, picked_by " + text + ", last_success " + time + ", last_failure "
                        + time + ", consecutive_failures integer, last_heartbeat " + time
                        + ", version bigint not null, priority smallint, primary key (task_name, task_instance))");
        TenColumns.execute(pools.origin(), "create index execution_time_idx on scheduled_tasks (execution_time)");
        TenColumns.execute(pools.origin(), "create index last_heartbeat_idx on scheduled_tasks (last_heartbeat)");
    }

    /** Seconds that db-scheduler takes. */
    private double scheduler(List<Long> keys) throws Exception {
        CountDownLatch left = new CountDownLatch(keys.size());
        OneTimeTask<Void> task = Tasks.oneTime("repair").execute((instance, context) -> {
            try {
                repair(Long.parseLong(instance.getId()));
                left.countDown();
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        });
        List<TaskInstance<?>> instances = new ArrayList<>();
        keys.forEach(key -> instances.add(task.instance(key.toString())));
        SchedulerClient.Builder.create(pools.origin(), task).build().scheduleBatch(instances, Instant.now());
        SchedulerBuilder builder =
                Scheduler.create(pools.origin(), task).threads(THREADS).pollingInterval(Duration.ofMillis(100));
        // As its documentation has it for much work, where the engine can do it.
        Scheduler scheduler = (relay.isPostgres()
                        ? builder.pollUsingLockAndFetch(1, 4)
                        : builder.pollUsingFetchAndLockOnExecute(1, 4))
                .build();
        long begun = System.nanoTime();
        scheduler.start();
        try {
            await(left);
            return (System.nanoTime() - begun) / 1e9;
        } finally {
            scheduler.stop();
        }
    }

    private static void await(CountDownLatch left) throws InterruptedException {
        if (!left.await(30, TimeUnit.MINUTES)) {
            throw new IllegalStateException(left.getCount() + " keys are left");
        }
    }
}
