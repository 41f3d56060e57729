package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> The part of a transfer that is one transaction on the copy: hold the copy's fence (its row says
 * COPY), lock the records' stripes there, <em>then</em> read the records from the authority in a snapshot begun after the
 * locks were granted, write what was read (or delete what was not found), commit.
 *
 * <p>Thread-safe; blocks. Whoever calls removes intents seen <em>before</em> this call, and only after it has returned.
 */
public interface Carrier {
    /**
     * Makes the copy's records equal to the authority's.
     *
     * @param authority the side that is read; the other one is written
     * @param records which records; a record that exists on neither side is no error
     * @param checkpoint saved on the copy in the same transaction, or null
     * @throws NotACopyException when the other side's row does not say COPY: nothing was written
     * @throws Exception what the stores threw: nothing was written, or, when it came from the commit, perhaps all of it
     */
    void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception;

    /**
     * Waits until nothing is being carried to the copy that was begun before: holds its fence and all its stripes once,
     * and lets go. Whatever is carried there afterwards has read the authority afterwards. Needed for ranges of records, and
     * for nothing else; a carrier that leaves this out is for stores whose keys cannot be listed.
     *
     * @param authority the side that is read; the other one is the copy
     * @throws NotACopyException when the other side's row does not say COPY
     * @throws Exception what the copy threw
     */
    default void settle(Side authority) throws Exception {
        throw new UnsupportedOperationException("Ranges of records cannot be brought over by " + getClass());
    }

    /**
     * Which of so many threads is to carry the record, so that none waits for a lock of another one's. Costs nothing but
     * time when it is wrong. Never blocks.
     *
     * @param lanes how many threads, from 1 to 8
     * @return from 0 to {@code lanes - 1}, the same for the same record
     */
    default int lane(RecordId record, int lanes) {
        return Math.floorMod(record.hashCode(), lanes);
    }
}
