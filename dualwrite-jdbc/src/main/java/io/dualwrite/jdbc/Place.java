package io.dualwrite.jdbc;

import io.dualwrite.fence.Pace;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One side of one migration: where its library tables are, and how its database is spoken to. Nothing is asked of the
 * database before the first use, since an application starts with its copy unreachable. Thread-safe.
 */
final class Place {
    /** Work inside a transaction of the library's own. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T in(Session session) throws SQLException;
    }

    private static final int ATTEMPTS = 5;

    private final String migration;
    private final Side side;
    private final DataSource pool;
    private final Limits limits;
    private final Pace pace;
    private final AtomicInteger stripes = new AtomicInteger();
    private final ServerWatch servers = new ServerWatch(this);
    private volatile @Nullable Dialect dialect;

    Place(String migration, Side side, DataSource pool, Limits limits, Pace pace) {
        this.migration = migration;
        this.side = side;
        this.pool = pool;
        this.limits = limits;
        this.pace = pace;
    }

    String migration() {
        return migration;
    }

    Side side() {
        return side;
    }

    Limits limits() {
        return limits;
    }

    Pace pace() {
        return pace;
    }

    DataSource pool() {
        return pool;
    }

    /** For messages: {@code the ORIGIN of migration 'shop'}. */
    @Override
    public String toString() {
        return "the " + side + " of migration '" + migration + "'";
    }

    /** How this side's database is spoken to; found out from the first connection. */
    Dialect dialect(Connection connection) throws SQLException {
        Dialect known = dialect;
        if (known == null) {
            known = Dialect.of(connection);
            dialect = known;
        }
        return known;
    }

    /** Which server this side's connections lead to. */
    ServerWatch servers() {
        return servers;
    }

    /** A number from 0 that differs from the last ones, for whoever takes one of several stripes. */
    int nextStripe(int of) {
        return Math.floorMod(stripes.getAndIncrement(), of);
    }

    /** Begins a transaction of the library's own at READ COMMITTED. */
    Session begin() throws SQLException {
        return Session.begin(this, Isolation.READ_COMMITTED, limits);
    }

    /** As {@link #begin()}, for statements that read a whole table, and none that write. */
    Session beginLong() throws SQLException {
        return Session.begin(this, Isolation.READ_COMMITTED_ONLY_READING, limits.forLongReads());
    }

    /** Begins a transaction in which every statement sees one snapshot, taken by the first of them. */
    Session beginSnapshot() throws SQLException {
        return Session.begin(this, Isolation.SNAPSHOT, limits);
    }

    /**
     * Runs {@code work} in a transaction of its own and commits. Work that the database itself rolled back to let others
     * go first (deadlock, serialization failure, lock time-out) is run again, a few times.
     */
    <T extends @Nullable Object> T commit(Work<T> work) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Session session = begin()) {
                T result = work.in(session);
                session.commit();
                return result;
            } catch (SQLException failure) {
                if (attempt == ATTEMPTS || !isRetryable(failure)) {
                    throw failure;
                }
            }
        }
    }

    /**
     * Makes the session's commit say that everything it has read is sure to survive a crash of the server. Some show what was
     * committed before it is in their log, and what was read and then acted upon elsewhere could be gone after the crash. A
     * commit that has something to say is in the log after all that came before it; the same transaction, so that there was no
     * crash between.
     */
    void harden(Session session) throws SQLException {
        harden(session.run());
    }

    /** As {@link #harden(Session)}, in the transaction that these run in. */
    void harden(Statements statements) throws SQLException {
        if (servers.isEarly()) {
            statements.dialect().commitDurably(statements);
            new RecheckList(this)
                    .addAndRemove(statements, new RecordId("", UUID.randomUUID().toString()));
        }
    }

    /** As {@link Dialect#isRetryable}; false while no connection has been had yet. */
    boolean isRetryable(SQLException failure) {
        Dialect known = dialect;
        return known != null && known.isRetryable(failure);
    }
}
