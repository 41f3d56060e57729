package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import io.dualwrite.fence.CallFence;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.journal.Missed;
import io.dualwrite.journal.OpenCalls;
import io.dualwrite.journal.OtherKeyException;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings records over by making on the copy, in the authority's order, the calls that it has not taken yet. Where calls were
 * dropped nothing can be made up for by calling, and the record is repaired, if somebody has said how. A call to the copy
 * holds the copy's fence until it really ends: one that hangs could come late. Thread-safe; blocks on the copy.
 */
public final class ReplayCarrier implements Carrier {
    private final CallFence fence;
    private final OpenCalls open;
    private final @Nullable Repair repair;

    /** Brings one record of the copy up to date by other means than calling again. */
    @FunctionalInterface
    public interface Repair {
        /** Makes the copy's record what the authority's is, reading that one now. Called again when it throws. */
        void bringOver(RecordId record, Side authority) throws Exception;
    }

    /**
     * @param fence the sides' rows
     * @param open the calls that the copy has not taken
     * @param repair for records with dropped calls, or null when only people mend those
     */
    public ReplayCarrier(CallFence fence, OpenCalls open, @Nullable Repair repair) {
        this.fence = fence;
        this.open = open;
        this.repair = repair;
    }

    @Override
    public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
        Side copy = authority.other();
        try (LocalFence.Hold hold = fence.holdCopy(copy)) {
            if (hold == null) {
                throw new NotACopyException("The " + copy + " is not a copy: nothing was called there");
            }
            long upTo = open.last();
            for (RecordId record : records) {
                bring(authority, record, upTo);
            }
        }
    }

    private void bring(Side authority, RecordId record, long upTo) throws Exception {
        for (OpenCalls.Call next = open.begin(record, upTo); next != null; next = open.begin(record, upTo)) {
            replay(authority, next);
        }
        if (open.isDropped(record)) {
            repair(authority, record);
        }
    }

    private void replay(Side authority, OpenCalls.Call call) throws Exception {
        try {
            fence.on(authority.other(), side -> {
                call.on(side);
                return true;
            });
        } catch (Throwable failure) {
            open.failed(call, Fault.of(failure).kind());
            if (failure instanceof OtherKeyException || repair != null) {
                open.drop(
                        authority,
                        call.records(),
                        call.operation(),
                        Fault.of(failure).kind());
            }
            throw failure;
        }
        open.done(call);
    }

    private void repair(Side authority, RecordId record) throws Exception {
        Missed missed = open.missed(record);
        if (missed == null || !missed.dropped()) {
            return;
        }
        if (repair == null) {
            throw new CallsMissedException(record);
        }
        fence.on(authority.other(), side -> {
            repair.bringOver(record, authority);
            return true;
        });
        // Changes since are not in what was read, or are and would be made twice.
        boolean[] settled = new boolean[1];
        boolean alone = fence.tryAlone(record, () -> settled[0] = open.settle(authority, missed));
        if (!alone || !settled[0]) {
            throw new RecordBusyException();
        }
    }

    /** Somebody has to bring the record up to date. */
    static final class CallsMissedException extends Exception {
        private static final long serialVersionUID = 1;

        CallsMissedException(RecordId record) {
            super(record + " has missed calls that were dropped; bring it up to date and settle it");
        }
    }

    /** It is being changed while it is repaired. */
    static final class RecordBusyException extends Exception {
        private static final long serialVersionUID = 1;

        RecordBusyException() {
            super("The record was changed while it was being repaired", null, false, false);
        }
    }
}
