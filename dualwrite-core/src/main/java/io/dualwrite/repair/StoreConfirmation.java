package io.dualwrite.repair;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Verdict;
import io.dualwrite.journal.Journal;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Confirms differences between two plain stores. A write that goes on has no intent in the journal yet, so that records
 * being written are asked about first. Only a record whose key its store generates may be called different while it is
 * being created, since nobody knows its key yet; repairing it does no harm. Thread-safe; blocks on both stores.
 */
public final class StoreConfirmation<R, K> implements Confirmation {
    private final StorePair<R, K> pair;
    private final Sides<Journal> journals;
    private final Predicate<RecordId> beingWritten;
    private final Equivalence<? super R> equivalence;

    /**
     * @param pair the stores
     * @param journals where ended writes have their intents
     * @param beingWritten whether a write of this record is going on; false only after its intent is in the journal
     * @param equivalence how two records are compared
     */
    public StoreConfirmation(
            StorePair<R, K> pair,
            Sides<Journal> journals,
            Predicate<RecordId> beingWritten,
            Equivalence<? super R> equivalence) {
        this.pair = pair;
        this.journals = journals;
        this.beingWritten = beingWritten;
        this.equivalence = equivalence;
    }

    @Override
    public List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws Exception {
        return pair.locked(authority.other(), records, () -> {
            List<Discrepancy> found = new ArrayList<>();
            for (RecordId record : records) {
                Discrepancy discrepancy = confirm(authority, record);
                if (discrepancy != null) {
                    found.add(discrepancy);
                }
            }
            return found;
        });
    }

    @Override
    public List<RecordId> unconfirmed(Side copy, int limit) {
        return pair.unconfirmed(copy, limit);
    }

    private @Nullable Discrepancy confirm(Side authority, RecordId record) throws Exception {
        R copied = pair.find(authority.other(), record);
        R original = pair.find(authority, record);
        Verdict verdict = equivalence.compare(original, copied);
        if (verdict.isEqual()) {
            pair.confirmed(authority.other(), record);
            return null;
        }
        // Last of all, and in this order: a write that we saw the effect of is going on, or has its intent in the
        // journal,
        // and no transfer can have removed it while we hold the stripe.
        if (beingWritten.test(record)
                || !journals.of(authority).seen(List.of(record)).isEmpty()
                || pair.isInRange(journals.of(authority), record)) {
            return null;
        }
        // Nor does having no intent say anything where the journal was switched off before we looked.
        if (!pair.isJournalled(authority)) {
            return null;
        }
        if (copied == null || original == null) {
            Discrepancy.Kind kind = copied == null ? Discrepancy.Kind.MISSING : Discrepancy.Kind.EXTRA;
            return new Discrepancy(record, kind, List.of());
        }
        return new Discrepancy(record, Discrepancy.Kind.DIFFERENT, verdict.fields());
    }
}
