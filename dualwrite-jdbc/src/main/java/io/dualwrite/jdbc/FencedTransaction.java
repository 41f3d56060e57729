package io.dualwrite.jdbc;

import io.dualwrite.fence.Transaction;
import io.dualwrite.journal.JournalException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that holds the authority's row. One that the library began collects the changed records and writes their
 * intents in one batch right before its commit, where no savepoint can take them back; one that it joined writes each
 * intent at once, in whatever savepoint the write itself is in, since its commit is somebody else's.
 */
final class FencedTransaction implements Binding, Transaction {
    private final Side side;
    private final ControlRow row;
    private final Connection raw;
    private final JdbcJournal journal;
    private final boolean joined;
    private final TransactionGuard guard;
    private final Set<RecordId> changed = new LinkedHashSet<>();
    private int notes;
    private boolean doubtful;
    private @Nullable RuntimeException doom;

    FencedTransaction(Side side, ControlRow row, Connection raw, JdbcJournal journal, boolean joined) {
        this.side = side;
        this.row = row;
        this.raw = raw;
        this.journal = journal;
        this.joined = joined;
        this.guard = new TransactionGuard(raw, this::failed);
    }

    @Override
    public Side side() {
        return side;
    }

    @Override
    public Connection connection() {
        return guard.connection();
    }

    /** Whether this transaction runs on exactly this connection. */
    boolean isOn(Connection connection) {
        return raw == connection || guard.is(connection);
    }

    @Override
    public void changed(RecordId record) {
        changed(List.of(record));
    }

    /** As {@link #changed(RecordId)}; where intents are written at once, those of all of these in one batch. */
    void changed(Collection<RecordId> records) {
        notes += records.size();
        if (!row.journalled()) {
            return;
        }
        if (!joined) {
            changed.addAll(records);
            return;
        }
        try {
            journal.append(raw, row.generation(), records);
        } catch (SQLException failure) {
            failed(failure);
            throw new JournalException(
                    "The intents for " + records + " could not be added; roll the transaction back", failure);
        }
    }

    /** Some databases roll everything back and let the connection go on, in a transaction that holds nothing. */
    private void failed(SQLException failure) {
        doubtful = true;
        try {
            Dialect dialect = Dialect.of(raw);
            if (doom == null && dialect.endsTransaction(new Statements(raw, dialect, 0), failure)) {
                doom = new IllegalStateException(
                        "The database has rolled this transaction back, and with it the fence on the " + side
                                + "; what came after that does not count either: run the whole transaction again",
                        failure);
            }
        } catch (SQLException unknown) {
            failure.addSuppressed(unknown);
        }
    }

    /**
     * Makes sure that this is still the transaction that the fence was taken in, as far as its statements went through here.
     *
     * @throws IllegalStateException when the database has rolled it back meanwhile
     */
    void requireWhole() {
        if (doom != null) {
            throw doom;
        }
    }

    @Override
    public void mustRollBack(RuntimeException why) {
        doom = why;
    }

    /**
     * Runs work that belongs to this transaction.
     *
     * @throws IllegalStateException when it noted changes and never used this transaction's connection: what it wrote, it
     *     wrote elsewhere, without a fence; the transaction cannot be committed any more
     */
    <T extends @Nullable Object> T run(Work<T> work) throws Exception {
        int notesBefore = notes;
        int usesBefore = guard.uses();
        T result = work.in(this);
        if (notes > notesBefore && guard.uses() == usesBefore) {
            doom = new IllegalStateException(
                    "A write on the " + side + " did not use the transaction's connection, so it was"
                            + " neither fenced nor journalled: give the repository the DataSource that its factory is handed");
            throw doom;
        }
        return result;
    }

    /** Work inside this transaction. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T in(Transaction transaction) throws Exception;
    }

    /** Writes the intents; the commit comes next. Returns the records that have intents now. */
    Collection<RecordId> journalled() throws SQLException {
        requireWhole();
        if (!changed.isEmpty()) {
            journal.append(raw, row.generation(), changed);
        } else if (doubtful) {
            refuseIfAborted();
        }
        return changed;
    }

    /**
     * Where a failed statement leaves a transaction that can only be rolled back, a driver may return from its commit as if
     * nothing were wrong. Any statement tells; without a failure before there is nothing to ask for.
     */
    private void refuseIfAborted() throws SQLException {
        new Statements(raw, Dialect.of(raw), 0).first("select 1", result -> result.getInt(1));
    }

    /** Lets nobody use the connection any more who still has it. */
    void end() {
        guard.end();
    }
}
