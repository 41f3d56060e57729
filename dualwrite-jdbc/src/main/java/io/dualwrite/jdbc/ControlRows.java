package io.dualwrite.jdbc;

import io.dualwrite.fence.Control;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.Holder;
import io.dualwrite.stage.ControlRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One side's control row in its own database, and the fence around it. A transaction that holds the row shared keeps any
 * change out until its own commit, and a change keeps new ones out; deadlines are computed and compared by the database's
 * clock, never by this machine's. Thread-safe; blocks.
 */
class ControlRows implements Control {
    private final Place place;
    private final boolean installing;
    /** What threads of this process hold the row for now. */
    private final Map<Object, Held> held = new ConcurrentHashMap<>();

    /** The version that was last seen to survive any crash. */
    private volatile long hardened = -1;

    private record Held(String thread, long begun) {}

    /** With {@code installing}, tables or rows that are missing are added when the row is read. */
    ControlRows(Place place, boolean installing) {
        this.place = place;
        this.installing = installing;
    }

    @Override
    public ControlRow read() {
        ControlRow row = readOrNull();
        if (row == null && installing) {
            try {
                schema().apply();
            } catch (SQLException failure) {
                throw new ControlException(
                        "The dualwrite tables could not be created on " + place
                                + "; grant the right to create tables there, or apply the DDL that Schema prints",
                        failure);
            }
            row = readOrNull();
        }
        if (row == null) {
            throw missing(null);
        }
        return row;
    }

    private @Nullable ControlRow readOrNull() {
        try {
            return readAndWatch();
        } catch (SQLException failure) {
            if (Dialect.isUnique(failure)) {
                // Another node was the first to note the server, at the same moment.
                return readAgain();
            }
            return absent(failure);
        }
    }

    private @Nullable ControlRow readAgain() {
        try {
            return readAndWatch();
        } catch (SQLException failure) {
            return absent(failure);
        }
    }

    private @Nullable ControlRow readAndWatch() throws SQLException {
        ControlRow read = place.<@Nullable ControlRow>commit(session -> {
            ControlRow row = ControlTable.row(session.run(), place, 0, "");
            if (row != null) {
                place.servers().refresh(session);
                if (row.version() != hardened) {
                    harden(session);
                }
            }
            return row;
        });
        hardened = read == null ? -1 : read.version();
        return read;
    }

    /** Whoever is told of the row may act upon it on the other side. */
    void harden(Session session) throws SQLException {
        place.harden(session);
    }

    /** Whether no crash of the server takes this row back. */
    boolean isKept(ControlRow row) {
        return row.version() == hardened;
    }

    private @Nullable ControlRow absent(SQLException failure) {
        if (installing && Dialect.isMissingTable(failure)) {
            return null;
        }
        throw unreadable(failure);
    }

    /** What to apply where tables or rows are missing. */
    Schema schema() {
        return new Schema(place);
    }

    /**
     * Called with the row held exclusively, in the transaction that changes it. Fails with an error that {@link
     * Dialect#isRetryable} knows where something is in the way that holds no lock.
     */
    void admit(Session session, ControlRow expected, ControlRow next) throws SQLException {
        // What holds the row shared has been waited for.
    }

    @Override
    public @Nullable ControlRow change(ControlRow expected, ControlRow next) {
        try (Session session = place.begin()) {
            session.dialect()
                    .holdExclusively(session.run(), place, place.limits().lock());
            place.harden(session);
            int changed = replace(session, expected, next);
            if (changed == 0) {
                return null;
            }
            admit(session, expected, next);
            if (next.generation() > expected.generation()) {
                new JdbcJournal(place).beginGeneration(session, next.generation());
            }
            ControlRow now = ControlTable.row(session.run(), place, 0, "");
            session.commit();
            return now;
        } catch (SQLException failure) {
            if (!isBusy(failure)) {
                throw unreadable(failure);
            }
            if (!isStill(expected)) {
                return null;
            }
            throw new FenceBusyException(
                    "Transactions in flight hold the control row of " + place + "; try again", failure);
        }
    }

    /** Asked before trying again: transactions may go on holding, one after the other, a row that is another one since. */
    private boolean isStill(ControlRow expected) {
        ControlRow now = read();
        return now.role() == expected.role()
                && now.handover() == expected.handover()
                && now.version() == expected.version();
    }

    private int replace(Session session, ControlRow expected, ControlRow next) throws SQLException {
        Duration remaining = next.remaining();
        return session.run()
                .update(
                        "update " + LibraryTables.CONTROL
                                + " set role = ?, stage = ?, handover = ?, version = version + 1, journalled = ?,"
                                + " generation = ?, deadline = "
                                + session.dialect().afterMicros() + ControlTable.MINE
                                + " and role = ? and handover = ? and version = ?",
                        next.role().name(),
                        next.stage().name(),
                        next.handover(),
                        next.journalled(),
                        next.generation(),
                        remaining == null ? null : remaining.toNanos() / 1000,
                        place.migration(),
                        place.side().name(),
                        expected.role().name(),
                        expected.handover(),
                        expected.version());
    }

    /**
     * Holds the row shared until the connection's transaction ends, and returns it. The first statement of its transaction;
     * what the row allows is for the caller to judge.
     *
     * @throws ControlException when this database has no row of this migration
     * @throws SQLException what the database threw; the transaction must be rolled back
     */
    ControlRow hold(Statements statements) throws SQLException {
        ControlRow row;
        try {
            row = statements.dialect().holdShared(statements, place);
        } catch (SQLException failure) {
            if (Dialect.isMissingTable(failure)) {
                throw missing(failure);
            }
            throw failure;
        }
        if (row == null) {
            throw missing(null);
        }
        place.servers().look(statements.connection(), statements);
        return row;
    }

    /** Makes the server that this side's connections lead to now the known one. */
    void adoptServer(int generation) {
        try {
            place.commit(session -> {
                place.servers().adopt(session, generation);
                return place;
            });
        } catch (SQLException failure) {
            throw unreadable(failure);
        }
        read();
    }

    ServerWatch servers() {
        return place.servers();
    }

    /** Notes that the calling thread holds the row, until {@link #letGo} is called with the same token. */
    void holding(Object token) {
        held.put(token, new Held(Thread.currentThread().getName(), place.pace().nanos()));
    }

    void letGo(Object token) {
        held.remove(token);
    }

    @Override
    public List<Holder> holders() {
        List<Holder> holders = new ArrayList<>();
        long now = place.pace().nanos();
        held.values().stream()
                .sorted(Comparator.comparingLong(Held::begun))
                .forEach(each -> holders.add(new Holder(
                        "thread " + each.thread() + " of this process",
                        "",
                        "",
                        Duration.ofNanos(Math.max(0, now - each.begun())))));
        try {
            holders.addAll(place.commit(session -> session.dialect().holders(session.run(), place)));
        } catch (SQLException unseen) {
            // An aid only: what it cannot see, it leaves out.
            return holders;
        }
        return holders;
    }

    /** As {@link #hold(Statements)}, on a connection of somebody else's. */
    ControlRow hold(Connection connection) throws SQLException {
        return hold(new Statements(connection, place.dialect(connection), 0));
    }

    /**
     * As {@link #hold(Connection)}, in a transaction that somebody else began and may have read in already: fails as for
     * waiting where that was before the row's last change.
     */
    ControlRow join(Connection connection) throws SQLException {
        Statements statements = new Statements(connection, place.dialect(connection), 0);
        ControlRow row = hold(statements);
        statements.dialect().requireFresh(statements, place, row);
        return row;
    }

    /** The row as committed now, read on the given connection without any lock. */
    ControlRow look(Connection connection) throws SQLException {
        Statements statements = new Statements(connection, place.dialect(connection), 0);
        ControlRow row = ControlTable.row(statements, place, 0, "");
        if (row == null) {
            throw missing(null);
        }
        return row;
    }

    /**
     * As {@link #look}, on a connection of which it is not known yet where it leads: null where there is no row of this
     * migration and side, or not even the table.
     */
    @Nullable ControlRow peek(Connection connection) throws SQLException {
        try {
            // Not this place's dialect, which would be found out from the other side's database.
            return ControlTable.row(new Statements(connection, Dialect.of(connection), 0), place, 0, "");
        } catch (SQLException failure) {
            if (Dialect.isMissingTable(failure)) {
                return null;
            }
            throw failure;
        }
    }

    Place place() {
        return place;
    }

    /** Whether the failure is that of waiting for others, and the same may be tried again. */
    boolean isBusy(SQLException failure) {
        return place.isRetryable(failure);
    }

    private ControlException unreadable(SQLException failure) {
        return Dialect.isMissingTable(failure)
                ? missing(failure)
                : new ControlException(
                        "The control row of " + place
                                + " could not be read or changed; make that database reachable and try again",
                        failure);
    }

    private ControlException missing(@Nullable SQLException failure) {
        return new ControlException(
                "There is no control row of " + place
                        + "; call createTables(true) on the builder, or apply the DDL that Schema prints to that database",
                failure);
    }
}
