package io.dualwrite.repair;

import io.dualwrite.fence.LocalFence;
import io.dualwrite.journal.Journal;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.Store;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Two stores of one record type in one process, with what keeps transfers between them apart: the copy's fence, and {@value
 * #STRIPES} locks by key. Whoever works on a copy does it in here. A call to a store that hangs keeps its locks and its
 * fence until it ends, however long that takes: it may still write, and what it writes must not land on top of something
 * newer. Thread-safe.
 */
public final class StorePair<R, K> {
    private static final int STRIPES = 64;

    private final KeyedStores<R, K> stores;
    private final Sides<LocalFence> fences;
    private final List<ReentrantLock> stripes = new ArrayList<>();
    /** Records that transfers have written on each side and nobody has confirmed since; as many as differ in key. */
    private final Sides<Set<RecordId>> unconfirmed = Sides.each(side -> new LinkedHashSet<>());

    public StorePair(RecordType<R, K> type, Sides<? extends Store<R, K>> stores, Sides<LocalFence> fences) {
        this.stores = new KeyedStores<>(type, stores);
        this.fences = fences;
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            stripes.add(new ReentrantLock());
        }
    }

    KeyedStores<R, K> stores() {
        return stores;
    }

    /** Whether a range that is open in the journal covers the record. */
    boolean isInRange(Journal journal, RecordId record) {
        return journal.ranges(stores.type().name()).stream()
                .anyMatch(open -> stores.type().isIn(RecordRange.of(open.record()), record));
    }

    @Nullable R find(Side side, RecordId record) throws Exception {
        return stores.find(side, record);
    }

    /** Runs the work holding the copy's fence and the records' stripes, fence first, stripes ascending. */
    <T extends @Nullable Object> T locked(Side copy, Collection<RecordId> records, Callable<T> work) throws Exception {
        BitSet wanted = new BitSet(STRIPES);
        records.forEach(record -> wanted.set(Math.floorMod(record.hashCode(), STRIPES)));
        return locked(copy, wanted, work);
    }

    /** Holds the copy's fence and all stripes once. */
    void lockedWhole(Side copy) throws Exception {
        BitSet all = new BitSet(STRIPES);
        all.set(0, STRIPES);
        locked(copy, all, () -> copy);
    }

    private <T extends @Nullable Object> T locked(Side copy, BitSet wanted, Callable<T> work) throws Exception {
        LocalFence.Hold hold = fences.of(copy).hold(Role.COPY);
        if (hold == null) {
            throw new NotACopyException("The " + copy + " is not a copy: nothing was written there");
        }
        try (hold) {
            List<ReentrantLock> locked = new ArrayList<>();
            try {
                for (int stripe = wanted.nextSetBit(0); stripe >= 0; stripe = wanted.nextSetBit(stripe + 1)) {
                    stripes.get(stripe).lockInterruptibly();
                    locked.add(stripes.get(stripe));
                }
                return work.call();
            } finally {
                locked.forEach(ReentrantLock::unlock);
            }
        }
    }

    /** Whether changes on that side leave intents now. */
    boolean isJournalled(Side authority) {
        return fences.of(authority).read().journalled();
    }

    void written(Side copy, RecordId record) {
        Set<RecordId> list = unconfirmed.of(copy);
        synchronized (list) {
            // To the end: a record that keeps changing must not keep the others from being looked at.
            list.remove(record);
            list.add(record);
        }
    }

    void confirmed(Side copy, RecordId record) {
        Set<RecordId> list = unconfirmed.of(copy);
        synchronized (list) {
            list.remove(record);
        }
    }

    List<RecordId> unconfirmed(Side copy, int limit) {
        Set<RecordId> list = unconfirmed.of(copy);
        synchronized (list) {
            return list.stream().limit(limit).toList();
        }
    }
}
