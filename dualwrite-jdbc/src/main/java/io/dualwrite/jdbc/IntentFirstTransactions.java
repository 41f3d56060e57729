package io.dualwrite.jdbc;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.CommitHook;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Fenced writes to stores that share no transaction with the journal: see {@link IntentFirstWrite} for the order of things.
 * Nothing is rolled back, and each call stands for itself once it is made. Nested writes join. Thread-safe; a write belongs
 * to the thread that began it.
 */
class IntentFirstTransactions implements Transactions {
    private final WriterGate gate;
    private final Parts parts;
    private final StoreReads reads;
    private final ThreadLocal<@Nullable Transaction> open = new ThreadLocal<>();

    /** What is kept in the journal's database of each side. */
    record Kept(Sides<Place> places, Sides<IntentFirstJournal> journals, Sides<CallsUnderWay> calls) {}

    /** What writes are made of. */
    record Parts(Kept kept, Board board, CommitHook hook, Grace grace, Pace pace) {}

    IntentFirstTransactions(WriterGate gate, Parts parts, StoreReads reads) {
        this.gate = gate;
        this.parts = parts;
        this.reads = reads;
    }

    @Override
    public @Nullable Transaction current() {
        return open.get();
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
        Transaction joined = open.get();
        if (joined != null) {
            return work.run(joined);
        }
        return isComplete(parts.board()) ? within(new Completed(), work) : begun(work);
    }

    /** The authority never moves again: neither a fence nor a journal is needed any more. */
    static boolean isComplete(Board board) {
        ControlRow target = board.view().target();
        return target != null && target.role() == Role.AUTHORITY && target.stage() == Stage.COMPLETE;
    }

    private <T extends @Nullable Object> T begun(Work<T> work) throws Exception {
        IntentFirstWrite write = write(gate, parts);
        T result;
        try {
            result = within(write, work);
        } catch (Throwable failure) {
            write.failed(failure);
            throw failure;
        }
        Collection<RecordId> journalled = write.ended();
        if (!journalled.isEmpty()) {
            parts.hook().committed(journalled);
        }
        return result;
    }

    /** Begins a write. */
    IntentFirstWrite write(WriterGate at, Parts of) {
        return new IntentFirstWrite(at, of);
    }

    private <T extends @Nullable Object> T within(Transaction transaction, Work<T> work) throws Exception {
        open.set(transaction);
        try {
            return work.run(transaction);
        } finally {
            open.remove();
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        Transaction joined = open.get();
        if (joined instanceof IntentFirstWrite write) {
            return reading.on(write.fenced());
        }
        return joined != null ? reading.on(joined.side()) : reads.read(side, asCopy, reading);
    }

    /** A write after the migration is over. */
    private record Completed() implements Transaction {
        @Override
        public Side side() {
            return Side.TARGET;
        }

        @Override
        public void changed(RecordId record) {
            // Nothing follows any more.
        }

        @Override
        public void mustRollBack(RuntimeException why) {
            // Each call stands once it is made.
        }
    }
}
