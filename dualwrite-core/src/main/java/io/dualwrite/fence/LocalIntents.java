package io.dualwrite.fence;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * The intents of writes that are still going on, kept back from the journal until each write has ended: a transfer in the
 * middle of a write would read the old state and remove the intent for the new one. Thread-safe.
 */
public final class LocalIntents {
    private final Sides<Consumer<Collection<RecordId>>> journals;
    private final ConcurrentMap<RecordId, Integer> writers = new ConcurrentHashMap<>();
    /** How many writes of ranges are going on, by the type in their identities. */
    private final ConcurrentMap<String, Integer> ranges = new ConcurrentHashMap<>();

    /** {@code journals} take the intents of the writes made on each side; they must not throw. */
    public LocalIntents(Sides<Consumer<Collection<RecordId>>> journals) {
        this.journals = journals;
    }

    /**
     * Whether a write that named this record, or any range of its type, is going on. What is not, and was, has its intent in
     * the journal.
     */
    public boolean isBeingWritten(RecordId record) {
        return writers.containsKey(record) || ranges.containsKey(record.type() + RecordRange.MARK);
    }

    void begun(RecordId record) {
        writers.merge(record, 1, Integer::sum);
        if (record.isRange()) {
            ranges.merge(record.type(), 1, Integer::sum);
        }
    }

    /** Journalled first, so that a record is seen here or there at every moment. */
    void ended(Side side, Collection<RecordId> records, boolean journalled) {
        try {
            if (journalled) {
                journals.of(side).accept(records);
            }
        } finally {
            for (RecordId record : records) {
                writers.computeIfPresent(record, (same, count) -> count == 1 ? null : count - 1);
                if (record.isRange()) {
                    ranges.computeIfPresent(record.type(), (same, count) -> count == 1 ? null : count - 1);
                }
            }
        }
    }

    /** Takes the intents of a write that has ended and did not name its records before. */
    void late(Side side, Collection<RecordId> records) {
        journals.of(side).accept(records);
    }
}
