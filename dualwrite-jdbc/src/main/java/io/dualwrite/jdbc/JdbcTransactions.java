package io.dualwrite.jdbc;

import io.dualwrite.fence.CommitHook;
import io.dualwrite.fence.CopyBehindException;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fenced transactions over JDBC. A write begins at the {@link WriterGate}, runs on one connection that repositories get
 * from their {@link TransactionBoundDataSource}, and commits together with its intents. Nested writes join. Thread-safe; a
 * transaction belongs to the thread that began it.
 */
final class JdbcTransactions implements Transactions {
    private final WriterGate gate;
    private final StrictReads reads;
    private final Bindings bindings;
    private final Sides<ControlRows> controls;
    private final Sides<JdbcJournal> journals;
    private final CommitHook hook;

    JdbcTransactions(
            WriterGate gate,
            StrictReads reads,
            Bindings bindings,
            Sides<ControlRows> controls,
            Sides<JdbcJournal> journals,
            CommitHook hook) {
        this.gate = gate;
        this.reads = reads;
        this.bindings = bindings;
        this.controls = controls;
        this.journals = journals;
        this.hook = hook;
    }

    @Override
    public @Nullable Transaction current() {
        return bindings.current() instanceof FencedTransaction transaction ? transaction : null;
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
        if (bindings.current() instanceof FencedTransaction outer) {
            return outer.run(work::run);
        }
        WriterGate.Entry entry = gate.enter();
        ControlRows control = controls.of(entry.side());
        control.holding(entry);
        try {
            return write(entry, work);
        } finally {
            control.letGo(entry);
        }
    }

    private <T extends @Nullable Object> T write(WriterGate.Entry entry, Work<T> work) throws Exception {
        Loan loan = entry.loan();
        FencedTransaction transaction =
                new FencedTransaction(entry.side(), entry.row(), loan.connection(), journals.of(entry.side()), false);
        Collection<RecordId> journalled;
        T result;
        try {
            result = bindings.with(transaction, () -> transaction.run(work::run));
            journalled = transaction.journalled();
        } catch (Throwable failure) {
            transaction.end();
            loan.rollBack(failure);
            throw failure;
        }
        transaction.end();
        if (!journalled.isEmpty()) {
            hook.committing(journalled);
        }
        try {
            loan.commit();
        } catch (Throwable failure) {
            try {
                // After a commit of unknown outcome too: the intents are there if the write is.
                committed(journalled);
            } catch (CopyBehindException aside) {
                failure.addSuppressed(aside);
            }
            throw failure;
        }
        committed(journalled);
        return result;
    }

    private void committed(Collection<RecordId> journalled) {
        if (!journalled.isEmpty()) {
            hook.committed(journalled);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        Binding binding = bindings.current();
        if (binding instanceof FencedTransaction transaction) {
            return reading.on(transaction.side());
        }
        if (binding instanceof StrictReads.Bound outer && outer.side() == side) {
            // The outer reading makes sure of the side when it ends, and of this answer with it.
            return reading.on(side);
        }
        return reads.read(side, asCopy, reading);
    }

    /**
     * Runs {@code work} in the transaction that the caller has begun on {@code connection} and will end. Holds the fence
     * from here on, and never waits for a handover: the caller may hold locks that the handover waits for. Intents are
     * written at once, so work and its {@code changed} calls belong between the same savepoints; going back to a savepoint
     * set <em>before</em> this call gives the fence up, and calling again takes it anew.
     *
     * @throws StageMovedException when this connection's side does not have the authority: roll back and start again
     * @throws IllegalStateException when the connection is in autocommit mode, or this thread is in another transaction
     */
    <T extends @Nullable Object> T inTransaction(Connection connection, Work<T> work) throws Exception {
        if (bindings.current() instanceof FencedTransaction outer) {
            if (!outer.isOn(connection)) {
                throw new IllegalStateException("This thread is in a transaction on another connection already;"
                        + " end that one first, or use its connection");
            }
            return outer.run(work::run);
        }
        FencedTransaction joined = join(connection);
        try {
            return within(joined, work);
        } finally {
            leave(joined);
        }
    }

    /** Takes the fence in the caller's transaction, for any number of {@link #within} until {@link #leave}. */
    FencedTransaction join(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("The connection is in autocommit mode: there is no transaction to join;"
                    + " call setAutoCommit(false) first, or inTransaction(work) without a connection");
        }
        Side side = sideOf(connection);
        ControlRow row = hold(side, connection);
        if (!gate.isAuthority(side, row)) {
            throw moved(side);
        }
        FencedTransaction joined = new FencedTransaction(side, row, connection, journals.of(side), true);
        controls.of(side).holding(joined);
        return joined;
    }

    <T extends @Nullable Object> T within(FencedTransaction joined, Work<T> work) throws Exception {
        T result = bindings.with(joined, () -> work.run(joined));
        joined.requireWhole();
        return result;
    }

    void leave(FencedTransaction joined) {
        controls.of(joined.side()).letGo(joined);
        joined.end();
    }

    private ControlRow hold(Side side, Connection connection) throws SQLException {
        try {
            return controls.of(side).join(connection);
        } catch (SQLException failure) {
            if (controls.of(side).isBusy(failure)) {
                StageMovedException busy = moved(side);
                busy.initCause(failure);
                throw busy;
            }
            throw failure;
        }
    }

    /** Whose database this is: the side that has its control row there, or of two the one that has the authority. */
    private Side sideOf(Connection connection) throws SQLException {
        List<Side> sides = new ArrayList<>();
        for (Side side : Side.values()) {
            ControlRow row = controls.of(side).peek(connection);
            if (row != null && gate.isAuthority(side, row)) {
                return side;
            }
            if (row != null) {
                sides.add(side);
            }
        }
        if (sides.isEmpty()) {
            throw new IllegalStateException("The connection leads to neither side of migration '"
                    + controls.origin().place().migration() + "': it has no control row there");
        }
        throw moved(sides.get(0));
    }

    private static StageMovedException moved(Side side) {
        return new StageMovedException("The connection belongs to the " + side
                + ", which does not have the authority (any more) or is giving it up; nothing more was done: roll the"
                + " transaction back and run it again, on the side that has the authority then");
    }
}
