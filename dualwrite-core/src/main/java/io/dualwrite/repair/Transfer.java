package io.dualwrite.repair;

import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one primitive: makes the copy's records equal to the authority's, then forgets the intents that called for it. The
 * only code that ever writes a copy; relay, backfill and verifier all come through here. Thread-safe; blocks; idempotent.
 *
 * <p>Why it is safe with any number of callers, in any order, killed or paused anywhere: transfers of one record are
 * serialised by the copy's lock and read the authority inside it, so the last one to commit has seen the newest authority
 * of all. An intent is committed together with its write, and is removed only by a transfer that had seen the intent, and
 * so the write, before it read. Whatever interrupts that order leaves the intent, and an intent too many costs one read.
 */
public class Transfer {
    private final Sides<Journal> journals;
    private final Carrier carrier;

    public Transfer(Sides<Journal> journals, Carrier carrier) {
        this.journals = journals;
        this.carrier = carrier;
    }

    /**
     * Brings these records over from {@code authority}.
     *
     * @throws NotACopyException when the other side is no copy; nothing was written, the intents stay
     * @throws Exception when a store failed; the intents stay, and the copy has all or none of the batch
     */
    public void transfer(Side authority, Set<RecordId> records) throws Exception {
        transfer(authority, records, null);
    }

    /** As {@link #transfer(Side, Set)}; the checkpoint is saved on the copy in the same transaction. */
    public void transfer(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
        if (records.stream().anyMatch(RecordId::isRange)) {
            throw new IllegalArgumentException(
                    "A range is not transferred but the records in it, which are listed first");
        }
        Journal journal = journals.of(authority);
        // Before the copy is locked and the authority read: only what was visible here may be forgotten afterwards.
        List<Intent> seen = journal.seen(records);
        carrier.carry(authority, records, checkpoint);
        if (!seen.isEmpty()) {
            journal.remove(seen);
        }
    }

    /** Waits until nothing is being transferred that was begun before; see {@link Carrier#settle}. */
    public void settle(Side authority) throws Exception {
        carrier.settle(authority);
    }

    /** Which of so many threads is to transfer the record; see {@link Carrier#lane}. */
    int lane(RecordId record, int lanes) {
        return carrier.lane(record, lanes);
    }
}
