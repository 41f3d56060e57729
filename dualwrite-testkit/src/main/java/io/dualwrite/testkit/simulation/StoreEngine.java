package io.dualwrite.testkit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An SQL database in memory: tables of row versions, transactions with PostgreSQL's isolation levels, row and advisory locks.
 * It has no threads and no clock of its own. One thread at a time may be inside, and leaves it only to wait.
 *
 * <p>As in PostgreSQL: a READ COMMITTED statement sees what was committed when it began; what it changes or locks it waits
 * for, and then looks at the newest state again. In stricter levels every statement sees what the first one saw, and changing
 * what was changed since is refused. Inserting waits for whoever has inserted or deleted the same key and is not done. A
 * failed statement ends its transaction's work, up to the last savepoint, and gives up the locks at once. Advisory locks queue
 * fairly; row locks do not, and those who share one let others in past those who want it alone. SERIALIZABLE is no more than
 * REPEATABLE READ.
 */
final class StoreEngine {
    private static final int COMMITS_BETWEEN_PRUNINGS = 32;

    /** The world that a store is in. */
    interface Surroundings {
        /** The time by the store's clock. */
        Instant now();

        /** Lets others go on until {@code ready} or until so much time has passed. */
        void await(BooleanSupplier ready, Duration atMost);

        /** After how long a transaction that waits is looked at for waiting in a circle. */
        Duration deadlockCheck();

        /** Something has happened that is worth counting. */
        void noticed(String what);
    }

    private final Surroundings surroundings;
    private final Map<String, StoredTable> tables = new LinkedHashMap<>();
    private final Map<String, List<SqlStatement>> parsed = new HashMap<>();
    private final List<StoreSession> sessions = new ArrayList<>();
    private StoreLocks locks = new StoreLocks();
    private long commits = 1;
    /** The last commit that a crash leaves there. */
    private long durable = 1;
    /** Whether commits are seen before they are durable. */
    private boolean early;

    StoreEngine(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    StoreLocks locks() {
        return locks;
    }

    StoreSession open() {
        StoreSession session = new StoreSession(this);
        sessions.add(session);
        return session;
    }

    void closed(StoreSession session) {
        sessions.remove(session);
    }

    List<SqlStatement> parse(String sql) {
        return parsed.computeIfAbsent(sql, SqlParser::parse);
    }

    void create(SqlStatement.CreateTable definition) {
        tables.computeIfAbsent(definition.name(), any -> new StoredTable(definition));
    }

    Collection<StoredTable> tables() {
        return tables.values();
    }

    @Nullable StoredTable find(String name) {
        return tables.get(name);
    }

    StoredTable table(String name) throws Refusal {
        StoredTable table = tables.get(name);
        if (table == null) {
            throw Refusal.of("42P01", "relation \"" + name + "\" does not exist");
        }
        return table;
    }

    /** The number of the last commit: what a snapshot taken now sees. */
    long latest() {
        return commits;
    }

    void early(boolean isEarly) {
        early = isEarly;
        durable = commits;
    }

    boolean isEarly() {
        return early;
    }

    /** Makes everything durable that was committed up to then. */
    void flush(long commit) {
        durable = Math.max(durable, commit);
    }

    void commit(StoreTransaction transaction) {
        transaction.commit(++commits);
        if (!early) {
            flush(commits);
        }
        if (commits % COMMITS_BETWEEN_PRUNINGS == 0) {
            prune();
        }
    }

    private void prune() {
        long horizon = durable;
        for (StoreSession session : sessions) {
            horizon = Math.min(horizon, session.horizon());
        }
        for (StoredTable table : tables.values()) {
            table.prune(horizon);
        }
    }

    /** Ends sessions that have been silent in a transaction for longer than they may. */
    void endIdle() {
        Instant now = surroundings.now();
        for (StoreSession session : List.copyOf(sessions)) {
            if (!now.isBefore(session.idleUntil())) {
                surroundings.noticed("idle session ended");
                session.kill();
            }
        }
    }

    /** When the next session will have been silent for too long. */
    Instant nextIdleEnd() {
        Instant next = Instant.MAX;
        for (StoreSession session : sessions) {
            Instant end = session.idleUntil();
            next = end.isBefore(next) ? end : next;
        }
        return next;
    }

    /** Every session ends, nothing but what was durable is left. */
    void crash() {
        List.copyOf(sessions).forEach(StoreSession::kill);
        locks = new StoreLocks();
        tables.values().forEach(table -> table.rows.forEach(row -> row.forgetAfter(durable)));
        tables.values().forEach(table -> table.skipIdentities(32));
    }

    /** What is committed in a table now: by column, in the order of the rows' making. */
    List<Map<String, @Nullable Object>> committed(String name) {
        StoredTable table = tables.get(name);
        List<Map<String, @Nullable Object>> found = new ArrayList<>();
        if (table == null) {
            return found;
        }
        for (StoredRow row : table.rows) {
            StoredRow.Version version = row.visible(commits, null);
            if (version != null && version.values != null) {
                Map<String, @Nullable Object> values = new TreeMap<>();
                for (int at = 0; at < table.columns.size(); at++) {
                    values.put(table.columns.get(at).name(), version.values[at]);
                }
                found.add(values);
            }
        }
        return found;
    }
}
