package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries records between two plain stores, one after the other: they have no transaction to put around a batch, so a
 * failure may leave some of it done. That harms nothing, since the intents of the whole batch stay and doing it again is
 * idempotent. Thread-safe; blocks on both stores.
 */
public final class StoreCarrier<R, K> implements Carrier {
    private final StorePair<R, K> pair;
    private final Sides<Checkpoints> checkpoints;

    public StoreCarrier(StorePair<R, K> pair, Sides<Checkpoints> checkpoints) {
        this.pair = pair;
        this.checkpoints = checkpoints;
    }

    @Override
    public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
        Side copy = authority.other();
        pair.locked(copy, records, () -> {
            for (RecordId record : records) {
                pair.written(copy, record);
                pair.stores().put(copy, record, pair.find(authority, record));
            }
            if (checkpoint != null) {
                checkpoints.of(copy).save(checkpoint);
            }
            return null;
        });
    }

    @Override
    public void settle(Side authority) throws Exception {
        pair.lockedWhole(authority.other());
    }
}
