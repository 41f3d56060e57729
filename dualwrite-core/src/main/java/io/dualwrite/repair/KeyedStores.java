package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.Store;
import org.jspecify.annotations.Nullable;

/**
 * Two plain stores of one record type, asked by the identities that journals know. Thread-safe when the stores are; blocks
 * on them, and throws what they throw.
 *
 * @param type the records' type
 * @param stores the store of each side
 */
public record KeyedStores<R, K>(RecordType<R, K> type, Sides<? extends Store<R, K>> stores) {
    /** The key of this record; refused when the record is of another type. */
    public K key(RecordId record) {
        if (!record.type().equals(type.name())) {
            throw new IllegalArgumentException(
                    "Records of type " + record.type() + " are not kept in the stores of " + type.name());
        }
        return type.codec().decode(record.key());
    }

    /** The record as it is on that side now; one that has another key than it was asked for would be written unlocked. */
    public @Nullable R find(Side side, RecordId record) throws Exception {
        R found = stores.of(side).find(key(record));
        if (found != null && !type.idOf(found).equals(record)) {
            throw new IllegalStateException("The store of the " + side + " answered a record with another key for "
                    + record + "; keys must be one to one");
        }
        return found;
    }

    /** Makes the record on that side what it is here: replaced, or deleted where there is none. */
    public void put(Side side, RecordId record, @Nullable R newest) throws Exception {
        if (newest == null) {
            stores.of(side).delete(key(record));
        } else {
            stores.of(side).save(newest);
        }
    }
}
