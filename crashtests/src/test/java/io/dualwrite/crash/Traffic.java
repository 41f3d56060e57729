package io.dualwrite.crash;

import io.dualwrite.fence.StageMovedException;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.testkit.history.HistoryFile;
import io.dualwrite.testkit.history.Operation.Kind;
import io.dualwrite.testkit.history.Operation.Outcome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The clients of one node: writers that read a record under a lock and replace it, delete it or create it, one or two at a
 * time, and readers. All of them write down what they did. Goes on through any failure.
 */
final class Traffic {
    /**
     * What the clients do.
     *
     * @param node begins every value, so that none is written twice
     * @param keys how many different records there are
     * @param thinkMicros how long a client rests between two transactions
     * @param workMicros how long a transaction thinks while it holds its locks
     * @param deletes one write in so many deletes its record, 0 for none
     * @param pairs one write in so many is of two records
     */
    record Plan(
            String node,
            long seed,
            int keys,
            int writers,
            int readers,
            long thinkMicros,
            long workMicros,
            int deletes,
            int pairs) {}

    private static final int MOST_CLIENTS = 1_000;

    private final Plan plan;
    private final JdbcMigration migration;
    private final Items items;
    private final HistoryFile history;
    private final AtomicLong numbers;
    private final List<Thread> clients = new ArrayList<>();
    private final Semaphore turns = new Semaphore(MOST_CLIENTS, true);
    private final Map<String, Long> counts = new TreeMap<>();
    private volatile boolean ended;

    /** {@code numbers} counts the transactions of the whole process. */
    Traffic(Plan plan, JdbcMigration migration, Items items, HistoryFile history, AtomicLong numbers) {
        this.plan = plan;
        this.migration = migration;
        this.items = items;
        this.history = history;
        this.numbers = numbers;
    }

    void start() {
        for (int n = 0; n < plan.writers(); n++) {
            client("writer-" + n, n, this::write);
        }
        for (int n = 0; n < plan.readers(); n++) {
            client("reader-" + n, 1000 + n, this::read);
        }
    }

    /** Nothing is under way when this returns, and nothing begins until {@link #resume()}. */
    void pause() {
        turns.acquireUninterruptibly(MOST_CLIENTS);
    }

    void resume() {
        turns.release(MOST_CLIENTS);
    }

    void end() throws InterruptedException {
        ended = true;
        for (Thread client : clients) {
            client.join(20_000);
        }
    }

    /** How often what came of it. */
    synchronized String counts() {
        return counts.toString();
    }

    private synchronized void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    private interface Action {
        void run(RandomGenerator random) throws Exception;
    }

    private void client(String name, int number, Action action) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(plan.seed() * 7919 + number);
        Thread thread = new Thread(
                () -> {
                    while (!ended) {
                        turns.acquireUninterruptibly();
                        try {
                            action.run(random);
                        } catch (Exception failure) {
                            count(name.replaceAll("-.*", "") + " failed: " + kind(failure));
                        } finally {
                            turns.release();
                        }
                        if (plan.thinkMicros() > 0) {
                            LockSupport.parkNanos(random.nextLong(2 * plan.thinkMicros() * 1000));
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        clients.add(thread);
        thread.start();
    }

    private void write(RandomGenerator random) throws Exception {
        String transaction = plan.node() + "." + numbers.incrementAndGet();
        List<Long> keys = keys(random);
        history.begin(transaction);
        boolean[] commits = {false};
        try {
            migration.inTransaction(() -> {
                for (long key : keys) {
                    replace(transaction, key, random);
                }
                if (plan.workMicros() > 0) {
                    LockSupport.parkNanos(plan.workMicros() * 1000);
                }
                commits[0] = true;
            });
        } catch (Throwable failure) {
            history.end(transaction, commits[0] ? Outcome.UNKNOWN : Outcome.FAILED);
            throw failure;
        }
        history.end(transaction, Outcome.ACKNOWLEDGED);
        count("writes");
    }

    /** One key as a rule; sometimes two, in either order, so that the database has deadlocks to break. */
    private List<Long> keys(RandomGenerator random) {
        long first = 1 + random.nextInt(plan.keys());
        long second = 1 + random.nextInt(plan.keys());
        return first == second || random.nextInt(plan.pairs()) > 0 ? List.of(first) : List.of(first, second);
    }

    /** The record was there, and somebody has just deleted it. */
    private static final class GoneException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private void replace(String transaction, long key, RandomGenerator random) {
        Optional<Item> found = items.findById(key);
        if (found.isPresent()) {
            found = items.lockById(key);
            if (found.isEmpty()) {
                // H2 2.4 loses a committed insert when another transaction, which had waited for the lock on the
                // deleted
                // record, then inserts it too and fails.
                throw new GoneException();
            }
        }
        String seen = found.map(Item::value).orElse(null);
        String value = transaction + ":" + key;
        if (seen != null && plan.deletes() > 0 && random.nextInt(plan.deletes()) == 0) {
            history.intend(transaction, Kind.DELETE, Long.toString(key), seen, null);
            items.deleteById(key);
            return;
        }
        history.intend(transaction, Kind.WRITE, Long.toString(key), seen, value);
        Item item = new Item(key, value, "p".repeat(random.nextInt(80)));
        if (seen == null) {
            items.insert(item);
        } else {
            items.update(item);
        }
    }

    private void read(RandomGenerator random) throws Exception {
        String transaction = plan.node() + "." + numbers.incrementAndGet();
        long key = 1 + random.nextInt(plan.keys());
        history.begin(transaction);
        try {
            String seen = items.findById(key).map(Item::value).orElse(null);
            history.intend(transaction, Kind.READ, Long.toString(key), seen, null);
        } catch (RuntimeException failure) {
            history.end(transaction, Outcome.FAILED);
            throw failure;
        }
        history.end(transaction, Outcome.ACKNOWLEDGED);
        count("reads");
    }

    /** What a failure is called in the counts: the database's own code where there is one. */
    private static String kind(Throwable failure) {
        if (failure instanceof StageMovedException) {
            return "StageMoved";
        }
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SQLException sql) {
                return sql.getClass().getSimpleName() + " " + sql.getSQLState();
            }
        }
        return failure.getClass().getSimpleName();
    }
}
