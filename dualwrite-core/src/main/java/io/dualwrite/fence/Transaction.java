package io.dualwrite.fence;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;

/** A fenced read-write transaction in progress on the calling thread. Not thread-safe. */
public interface Transaction {
    /** The side it runs on; fixed from its begin to its end. */
    Side side();

    /**
     * Notes that the record may have been changed: where the stage journals, an intent is written in this transaction
     * before it commits. A record noted although nothing changed costs one read; a change not noted costs a record.
     */
    void changed(RecordId record);

    /**
     * Notes that any record in the range may have been changed, added or removed: one intent for all of them. For writes
     * whose records nobody can name; the whole range is brought over.
     */
    default void changed(RecordRange range) {
        changed(range.id());
    }

    /**
     * Notes that what was done must not be committed, even if whoever began the transaction catches what was thrown: where
     * the transaction is the library's own, its commit throws {@code why} instead. Where nothing can be rolled back, this
     * does nothing.
     */
    void mustRollBack(RuntimeException why);
}
