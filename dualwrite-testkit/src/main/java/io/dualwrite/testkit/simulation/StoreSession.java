package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.SqlStatement.Isolation;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One session of a simulated store, as its server sees it. */
final class StoreSession {
    /** What a statement came to: rows, or the number of rows changed. */
    record Answer(List<String> names, List<@Nullable ColumnType> types, List<@Nullable Object[]> rows, int changed) {
        static Answer changed(int count) {
            return new Answer(List.of(), List.of(), List.of(), count);
        }

        boolean isQuery() {
            return !names.isEmpty();
        }
    }

    private final StoreEngine engine;
    /** A point to go back to, with the setting that goes back too. */
    private record Saved(
            StoreTransaction.Mark mark, @Nullable Duration localLockTimeout) {}

    private final Map<String, Saved> savepoints = new LinkedHashMap<>();
    private boolean autoCommit = true;
    private Isolation preset = Isolation.READ_COMMITTED;
    private @Nullable StoreTransaction transaction;
    private @Nullable Duration lockTimeout;
    private @Nullable Duration localLockTimeout;
    private final Map<String, String> localSettings = new HashMap<>();
    private @Nullable Duration idleTimeout;
    private Instant idleUntil = Instant.MAX;
    private Instant statementEnd = Instant.MAX;
    private boolean dead;

    StoreSession(StoreEngine engine) {
        this.engine = engine;
    }

    boolean isDead() {
        return dead;
    }

    boolean isAutoCommit() {
        return autoCommit;
    }

    Isolation isolation() {
        return preset;
    }

    void isolation(Isolation level) {
        preset = level;
    }

    /** Whether a commit would make anything known to others. */
    boolean hasWritten() {
        StoreTransaction current = transaction;
        return current != null && !current.failed && current.hasWritten();
    }

    boolean isInTransaction() {
        return transaction != null;
    }

    long horizon() {
        StoreTransaction current = transaction;
        return current == null ? Long.MAX_VALUE : current.horizon();
    }

    Instant idleUntil() {
        return idleUntil;
    }

    Instant statementEnd() {
        return statementEnd;
    }

    /** Switching it on commits what is open. */
    void autoCommit(boolean on) throws SQLException {
        if (on && !autoCommit) {
            commit();
        }
        autoCommit = on;
    }

    /** Runs every statement of the text; {@code limit} bounds it, zero does not. Answers for the last one. */
    Answer execute(String sql, @Nullable Object[] parameters, Duration limit) throws SQLException {
        engine.endIdle();
        alive();
        Instant now = engine.surroundings().now();
        idleUntil = Instant.MAX;
        statementEnd = limit.isZero() ? Instant.MAX : now.plus(limit);
        StoreTransaction current = transaction;
        if (current == null) {
            current = new StoreTransaction(now, preset);
            transaction = current;
        }
        if (current.failed) {
            idle();
            throw Refusal.of(
                    "25P02", "current transaction is aborted, commands ignored until end of transaction block");
        }
        try {
            Answer answer = Answer.changed(0);
            if (sql.contains(" from pg_locks ")) {
                // Who is in the way is for people: here a user without the right to see others is asked.
                return new Answer(List.of("pid"), List.of(ColumnType.TEXT), List.of(), 0);
            }
            for (SqlStatement statement : engine.parse(sql)) {
                answer = run(statement, sql, parameters, current);
            }
            if (autoCommit) {
                commit();
            }
            return answer;
        } catch (SQLException failure) {
            if (!dead) {
                failed(current);
            }
            throw failure;
        } finally {
            idle();
        }
    }

    private void idle() {
        statementEnd = Instant.MAX;
        Duration limit = idleTimeout;
        if (!dead && transaction != null && limit != null) {
            idleUntil = engine.surroundings().now().plus(limit);
        }
    }

    /** A statement of the open transaction fails for a reason from outside. */
    void fail() {
        StoreTransaction current = transaction;
        if (current != null) {
            failed(current);
        }
    }

    /** Lets the server wait so long for this session's next word before it ends it. */
    void idleFor(Duration length) {
        idleUntil = engine.surroundings().now().plus(length);
    }

    /** The work is taken back and the locks are given up now, not when somebody says rollback. */
    private void failed(StoreTransaction current) {
        if (autoCommit) {
            rollBack();
            return;
        }
        StoreTransaction.Mark last = new StoreTransaction.Mark(0, 0);
        for (Saved saved : savepoints.values()) {
            last = saved.mark();
        }
        current.goBack(last);
        current.failed = true;
    }

    private Answer run(SqlStatement statement, String sql, @Nullable Object[] parameters, StoreTransaction current)
            throws SQLException {
        if (statement instanceof SqlStatement.Set setting) {
            set(setting);
            return Answer.changed(0);
        }
        if (statement instanceof SqlStatement.SetIsolation level) {
            if (current.hasSnapshot()) {
                throw Refusal.of("25001", "SET TRANSACTION ISOLATION LEVEL must be called before any query");
            }
            current.isolation = level.level();
            current.readOnly = level.readOnly();
            return Answer.changed(0);
        }
        return new Execution(engine, this, current, sql, parameters).run(statement);
    }

    /** A setting as it is now, in the engine's own text. */
    String setting(String name) throws SQLException {
        if (!name.equals("lock_timeout")) {
            return localSettings.getOrDefault(name, "");
        }
        Duration limit = localLockTimeout != null ? localLockTimeout : lockTimeout;
        return limit == null ? "0" : String.valueOf(limit.toMillis());
    }

    /** Sets it until the transaction ends. */
    void setLocal(String name, String value) {
        if (name.equals("lock_timeout")) {
            localLockTimeout = Duration.ofMillis(Long.parseLong(value));
        } else {
            localSettings.put(name, value);
        }
    }

    private void set(SqlStatement.Set setting) {
        if (setting.name().equals("plan_cache_mode") || setting.name().equals("synchronous_commit")) {
            // Nothing is planned here, and every commit is answered when it is in the log.
            return;
        }
        Duration length = Duration.ofMillis(Long.parseLong(setting.value()));
        Duration limit = length.isZero() ? null : length;
        switch (setting.name()) {
            case "lock_timeout" -> {
                if (setting.local()) {
                    localLockTimeout = length;
                } else {
                    lockTimeout = limit;
                }
            }
            case "idle_in_transaction_session_timeout" -> idleTimeout = limit;
            default -> throw Unsimulated.of("the setting " + setting.name(), setting.toString());
        }
    }

    /** Makes the transaction's work known. One that has failed is rolled back, and the driver says nothing about it. */
    void commit() throws SQLException {
        alive();
        StoreTransaction current = transaction;
        if (current == null) {
            return;
        }
        if (current.failed) {
            current.rollBack();
        } else {
            engine.commit(current);
        }
        ended();
    }

    void rollBack() {
        StoreTransaction current = transaction;
        if (current != null) {
            current.rollBack();
        }
        ended();
    }

    private void ended() {
        transaction = null;
        savepoints.clear();
        localLockTimeout = null;
        localSettings.clear();
        idleTimeout = null;
        idleUntil = Instant.MAX;
    }

    void savepoint(String name) throws SQLException {
        engine.endIdle();
        alive();
        StoreTransaction current = transaction;
        if (current == null) {
            current = new StoreTransaction(engine.surroundings().now(), preset);
            transaction = current;
        }
        if (current.failed) {
            throw Refusal.of("25P02", "current transaction is aborted");
        }
        savepoints.remove(name);
        savepoints.put(name, new Saved(current.mark(), localLockTimeout));
    }

    void rollBackTo(String name) throws SQLException {
        engine.endIdle();
        alive();
        StoreTransaction current = transaction;
        Saved saved = savepoints.get(name);
        if (current == null || saved == null) {
            throw Refusal.of("3B001", "savepoint \"" + name + "\" does not exist");
        }
        current.goBack(saved.mark());
        localLockTimeout = saved.localLockTimeout();
        current.failed = false;
        forgetAfter(name, false);
    }

    void release(String name) throws SQLException {
        alive();
        if (!savepoints.containsKey(name)) {
            throw Refusal.of("3B001", "savepoint \"" + name + "\" does not exist");
        }
        forgetAfter(name, true);
    }

    private void forgetAfter(String name, boolean itself) {
        boolean after = false;
        for (String each : new ArrayList<>(savepoints.keySet())) {
            if (after || (itself && each.equals(name))) {
                savepoints.remove(each);
            }
            after |= each.equals(name);
        }
    }

    /** The server ends the session; what was not committed is gone. */
    void kill() {
        if (!dead) {
            dead = true;
            rollBack();
            engine.closed(this);
        }
    }

    private void alive() throws SQLException {
        if (dead) {
            throw Refusal.of("08006", "the server has ended this session");
        }
    }

    /** Waits for a lock, or for a transaction that decides about a key, within the session's limits. */
    void await(StoreLocks.Wait wait, StoreLocks.@Nullable Lock lock) throws SQLException {
        StoreTransaction current = wait.owner;
        StoreEngine.Surroundings world = engine.surroundings();
        world.noticed("waited for " + wait.what);
        Instant begun = world.now();
        Duration local = localLockTimeout == null ? lockTimeout : localLockTimeout;
        Instant lockEnd = local == null || local.isZero() ? Instant.MAX : begun.plus(local);
        Instant check = begun.plus(world.deadlockCheck());
        boolean checked = false;
        current.waits(wait, lock);
        try {
            while (!wait.ready.getAsBoolean()) {
                Instant now = world.now();
                if (!now.isBefore(lockEnd)) {
                    world.noticed("lock time-out");
                    throw Refusal.of("55P03", "canceling statement due to lock timeout");
                }
                if (!now.isBefore(statementEnd)) {
                    world.noticed("statement time-out");
                    throw Refusal.of("57014", "canceling statement due to statement timeout");
                }
                if (!checked && !now.isBefore(check)) {
                    checked = true;
                    if (StoreLocks.isInCircle(current)) {
                        world.noticed("deadlock victim");
                        throw Refusal.of("40P01", "deadlock detected");
                    }
                    continue;
                }
                engine.endIdle();
                Instant until = earliest(lockEnd, statementEnd, checked ? Instant.MAX : check, engine.nextIdleEnd());
                Duration most = until.equals(Instant.MAX) ? Duration.ofDays(1) : Duration.between(now, until);
                world.await(() -> dead || wait.ready.getAsBoolean(), most);
                alive();
            }
            alive();
            if (current.isOver()) {
                throw new IllegalStateException(
                        "Two threads use one connection: its transaction ended while it waited");
            }
        } finally {
            current.waits(null, null);
        }
    }

    private static Instant earliest(Instant... times) {
        Instant first = Instant.MAX;
        for (Instant time : times) {
            first = time.isBefore(first) ? time : first;
        }
        return first;
    }
}
