package io.dualwrite.journal;

import io.dualwrite.stage.RecordId;
import java.util.Collection;
import java.util.List;

/**
 * <strong>SPI.</strong> The durable memory beside one side: every record that may differ on the other side while this
 * side has the authority. Rows are only added, marked and removed by their own number; a key may have any number of rows.
 * A row may stand for a {@link io.dualwrite.stage.RecordRange range of records}; it is kept, claimed, marked and counted by
 * the range's identity as any record's row is.
 *
 * <p>Thread-safe. Every method may block on the store behind it and throws {@link JournalException} when that store
 * fails, having changed nothing or, where the outcome of a commit is not known, all of it.
 */
public interface Journal {
    /**
     * Adds one intent per record in a commit of its own. (Where a store shares transactions with its journal, intents are
     * added inside the write's transaction instead, by that store's {@link io.dualwrite.fence.Transactions}.)
     */
    void append(Collection<RecordId> records);

    /**
     * Leases the distinct records that have due intents, oldest intent first. A record is due when none of its rows is
     * leased, postponed or quarantined. The lease runs by this store's clock; who holds it is told nothing and needs
     * nothing: leases save work, they protect nothing.
     */
    List<RecordId> claim(Claim claim);

    /** All intent rows of the given records that are committed now, in no particular order. */
    List<Intent> seen(Collection<RecordId> records);

    /** All rows of ranges of the record type that are committed now, quarantined or not, in no particular order. */
    List<Intent> ranges(String type);

    /** Removes exactly these rows; rows that are gone already are passed over. */
    void remove(Collection<Intent> intents);

    /** Ends the lease of the given records' rows and marks them; see {@link Postponement}. */
    void postpone(Collection<RecordId> records, Postponement postponement);

    /** What is open, exactly. */
    Backlog backlog();
}
