package io.dualwrite.fence;

import io.dualwrite.stage.ControlRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> One side's control row. Every authoritative write and every transfer of that side holds the row
 * shared until its own commit; a change here takes it exclusively, and so waits for all of them.
 *
 * <p>Thread-safe; blocks on that side's store and throws {@link ControlException} when it fails.
 */
public interface Control {
    /**
     * The row as committed now, without waiting for anyone.
     *
     * @throws ControlException when the store cannot be reached, has no control tables, or has no row for this migration
     */
    ControlRow read();

    /**
     * Replaces the row when it still has the role, handover number and version of {@code expected}; the version is
     * counted up by one and {@link ControlRow#remaining()} becomes a deadline by this store's clock.
     *
     * @return the row as it stands now, or null when it was not as expected and nothing was changed, whoever holds it
     * @throws FenceBusyException when transactions in flight still hold the row after a short lock time-out; nothing was
     *     changed, nobody queues behind the attempt any longer, and the caller may try again within its budget
     * @throws ControlException when the store fails; when that happens during the commit the change may have been made:
     *     read again
     */
    @Nullable ControlRow change(ControlRow expected, ControlRow next);

    /**
     * Who holds the row shared now, those that have held it for longest first, as far as the store and this process can
     * tell. An aid for finding what is in the way of a change: may be incomplete, and is empty when nothing can be seen.
     * Blocks; never throws.
     */
    List<Holder> holders();
}
