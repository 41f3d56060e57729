package io.dualwrite.jdbc;

import io.dualwrite.fence.StageMovedException;
import io.dualwrite.fence.Transaction;
import io.dualwrite.journal.JournalException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One write to a store that shares no transaction with its journal. The order is all there is to keep it safe:
 *
 * <ol>
 *   <li>the fence is held in a transaction of the journal's database, and the side is settled;
 *   <li>when the store is about to be called, which is when the side is asked for, the intents of the records named by then
 *       are noted with the {@link CallsUnderWay}, and the transaction is committed. No intent, no call;
 *   <li>the store is called, unless too much of the grace has passed by then;
 *   <li>the call's rows are taken away and the intents become rows of the journal, in one transaction. That the rows were
 *       still there shows that nobody has transferred these records as if the call were over, nor handed the authority on:
 *       only then is the write acknowledged.
 * </ol>
 *
 * <p>A call that threw is left to run out, since it may take effect later than it failed. One that took too long is
 * journalled once more, if the authority is where it was, and else is not acknowledged. Belongs to one thread.
 */
class IntentFirstWrite implements Transaction {
    private static final Logger LOG = LoggerFactory.getLogger(IntentFirstWrite.class);
    private static final int ATTEMPTS = 5;
    private static final int MOST_WAITS = 10;

    private final WriterGate gate;
    private final IntentFirstTransactions.Parts parts;
    private final String call = UUID.randomUUID().toString();
    private final Set<RecordId> changed = new LinkedHashSet<>();
    private final Set<RecordId> noted = new LinkedHashSet<>();
    private final ControlRow row;
    private final Side side;
    private WriterGate.@Nullable Entry entered;
    /** Before the transaction that noted the last intents, and before the one that noted the first. */
    private long entering;

    private long begun;
    private boolean called;

    /** Takes the fence, and waits for it while the authority is being handed over. */
    IntentFirstWrite(WriterGate gate, IntentFirstTransactions.Parts parts) throws StageMovedException {
        this.gate = gate;
        this.parts = parts;
        WriterGate.Entry entry = enter();
        this.entered = entry;
        this.row = entry.row();
        this.side = entry.side();
    }

    /** Where the write goes, without anything being noted for it. */
    Side fenced() {
        return side;
    }

    /** Asked for by whoever is about to call the store: from here on the records named so far may change. */
    @Override
    public Side side() {
        if (!called || !noted.containsAll(changed)) {
            note();
            called = true;
        }
        return side;
    }

    @Override
    public void changed(RecordId record) {
        changed.add(record);
    }

    @Override
    public void mustRollBack(RuntimeException why) {
        // Each call stands once it is made.
    }

    /** Before the call: the intents of what is named by now. */
    void note() {
        WriterGate.Entry entry = entered == null ? again() : entered;
        entered = null;
        List<RecordId> fresh =
                changed.stream().filter(record -> !noted.contains(record)).toList();
        for (int attempt = 1; !isNoted(entry, fresh, attempt); attempt++) {
            entry = again();
        }
        if (row.journalled()) {
            noted.addAll(fresh);
        } else {
            // Nothing is kept of these, and nothing asked for again.
            noted.addAll(changed);
        }
        if (since(entering) > parts.grace().toBegin().toNanos()) {
            throw new StageMovedException(
                    "This thread stood still between the intent and the call for longer than the grace"
                            + " allows; the store was not called, try again");
        }
    }

    /** Commits the intents; false when the database let somebody else go first, and nothing has happened. */
    private boolean isNoted(WriterGate.Entry entry, List<RecordId> fresh, int attempt) {
        try {
            if (row.journalled()) {
                keep(statements(entry), fresh);
            } else if (gate.mayBeLost(side, row)) {
                // Nothing is kept of a call that is made upon a row which a crash could take back.
                parts.kept().places().of(side).harden(statements(entry));
            }
        } catch (SQLException | RuntimeException failure) {
            entry.loan().rollBack(failure);
            if (failure instanceof SQLException sql
                    && attempt < ATTEMPTS
                    && parts.kept().places().of(side).isRetryable(sql)) {
                return false;
            }
            throw noIntent(failure);
        }
        try {
            entry.loan().commit();
            return true;
        } catch (SQLException failure) {
            throw noIntent(failure);
        }
    }

    /** The intents, in the transaction that is committed before the call. */
    void keep(Statements statements, List<RecordId> fresh) throws SQLException {
        parts.kept().calls().of(side).begin(statements, call, CallsUnderWay.Purpose.WRITE, row.generation(), fresh);
    }

    /** The fence once more: only where it was held first. */
    private WriterGate.Entry again() {
        WriterGate.Entry entry = enter();
        if (!isWhereItWas(entry) || entry.row().journalled() != row.journalled()) {
            StageMovedException moved = new StageMovedException(
                    "The stage changed within one write; the store was not called (again), try again");
            entry.loan().rollBack(moved);
            throw moved;
        }
        return entry;
    }

    private boolean isWhereItWas(WriterGate.Entry entry) {
        return entry.side() == side && entry.row().handover() == row.handover();
    }

    private WriterGate.Entry enter() {
        for (int waits = 1; ; waits++) {
            long before = parts.pace().nanos();
            WriterGate.Entry entry;
            try {
                entry = gate.enter();
            } catch (SQLException | RuntimeException failure) {
                throw failure instanceof StageMovedException moved ? moved : noIntent(failure);
            }
            if (parts.pace().nanos() - before <= parts.grace().toBegin().toNanos() / 2) {
                entering = before;
                if (!called) {
                    begun = before;
                }
                return entry;
            }
            // Whoever has waited here begins anew: the grace is counted from before the transaction was begun.
            StageMovedException waited =
                    new StageMovedException("A connection to the journal's database and the fence took longer than half"
                            + " of what the grace allows for, " + waits
                            + " times; the store was not called, try again");
            entry.loan().rollBack(waited);
            if (waits == MOST_WAITS) {
                throw waited;
            }
        }
    }

    private JournalException noIntent(Exception failure) {
        return new JournalException(
                "No intent, no write: the journal database of migration '"
                        + parts.kept().places().origin().migration()
                        + "' could not be asked or written to, so the store was not called; make it reachable and try again",
                failure);
    }

    private long since(long earlier) {
        return parts.pace().nanos() - earlier;
    }

    /** After work that threw: nothing is known of its calls, which are left to run out. */
    void failed(Throwable failure) {
        WriterGate.Entry entry = entered;
        entered = null;
        if (entry != null) {
            entry.loan().rollBack(failure);
        }
    }

    /**
     * After work that returned.
     *
     * @return the records that have intents now; empty where nothing is journalled
     * @throws LateWriteException when the write may not count
     * @throws JournalException when a record that was named only after its call could not be journalled
     */
    Collection<RecordId> ended() {
        WriterGate.Entry entry = entered;
        if (entry != null) {
            entered = null;
            entry.loan().rollBack(new IllegalStateException("No store was called"));
            return List.of();
        }
        boolean inTime = since(begun) <= parts.grace().grace().toNanos();
        if (!row.journalled()) {
            return inTime || changed.isEmpty() ? List.of() : late(null);
        }
        if (changed.isEmpty()) {
            return changed;
        }
        parts.hook().committing(changed);
        boolean allNoted = noted.containsAll(changed);
        try {
            if (noted.isEmpty()) {
                // Named only by the result: journalled now, under the fence, if that is where it was.
                return late(null);
            }
            return end() ? changed : late(null);
        } catch (SQLException failure) {
            if (allNoted && inTime) {
                // The intents are there and run out by themselves, and by this machine's clock they have not yet.
                LOG.warn(
                        "A write's intents were left to run out, since the journal could not be reached after the call");
                return changed;
            }
            return late(failure);
        }
    }

    /** After the call: only where its rows are still there nobody has acted as if it were over. */
    boolean end() throws SQLException {
        List<RecordId> all = new ArrayList<>(changed);
        try {
            parts.kept().places().of(side).commit(session -> {
                parts.kept().journals().of(side).end(session.run(), call, noted.size(), row.generation(), all);
                return side;
            });
            return true;
        } catch (GivenUpException givenUp) {
            return false;
        }
    }

    /** Journals the records once more, after the call, if the authority is where it was. */
    private Collection<RecordId> late(@Nullable Exception why) {
        WriterGate.Entry entry;
        try {
            entry = gate.enter();
        } catch (SQLException | RuntimeException failure) {
            throw lateWrite(why == null ? failure : why);
        }
        boolean counts = isWhereItWas(entry);
        try {
            if (entry.row().journalled()) {
                parts.kept()
                        .journals()
                        .of(entry.side())
                        .append(entry.loan().connection(), entry.row().generation(), changed);
            }
            entry.loan().commit();
        } catch (SQLException | RuntimeException failure) {
            entry.loan().rollBack(failure);
            throw lateWrite(failure);
        }
        if (!counts) {
            // The intent makes the side that was written an equal copy again.
            throw lateWrite(why);
        }
        return entry.row().journalled() ? changed : List.of();
    }

    private LateWriteException lateWrite(@Nullable Throwable cause) {
        return new LateWriteException(
                "A write to the " + side + " was made, but it was not over within its grace of "
                        + parts.grace().grace()
                        + ", or the journal was lost sight of, and the authority is not known to be there still: it may be"
                        + " lost. Look for the record, or write it again",
                cause);
    }

    private Statements statements(WriterGate.Entry entry) throws SQLException {
        return new Statements(
                entry.loan().connection(),
                parts.kept().places().of(side).dialect(entry.loan().connection()),
                0);
    }
}
