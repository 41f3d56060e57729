package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.util.List;
import java.util.Set;

/**
 * <strong>SPI.</strong> Tells real differences from records in flight, exactly and without waiting: in one transaction on
 * the copy, hold its fence, lock the stripes, read the copy, read the authority, and <em>then</em> read the journal for
 * those records. Shares no reading or mapping code with {@link Carrier}. Thread-safe; blocks.
 */
public interface Confirmation {
    /**
     * The records among these that differ with no intent open. Records found equal leave the list of those to be
     * rechecked; records that differ with an intent open stay on it.
     *
     * @throws NotACopyException when the other side's row does not say COPY
     */
    List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws Exception;

    /** Up to {@code limit} records that transfers have written on {@code copy} and nobody has confirmed since. */
    List<RecordId> unconfirmed(Side copy, int limit) throws Exception;
}
