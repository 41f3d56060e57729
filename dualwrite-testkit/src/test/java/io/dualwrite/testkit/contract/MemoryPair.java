package io.dualwrite.testkit.contract;

import io.dualwrite.MigrationParts;
import io.dualwrite.compare.Equivalences;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.LocalIntents;
import io.dualwrite.fence.LocalTransactions;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transaction;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.MemoryCheckpoints;
import io.dualwrite.repair.Preflight;
import io.dualwrite.repair.StoreCarrier;
import io.dualwrite.repair.StoreConfirmation;
import io.dualwrite.repair.StorePair;
import io.dualwrite.repair.StoreScan;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.fault.MemoryStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two plain stores in memory, with core's own adapters for such. */
final class MemoryPair implements Pair {
    private final Sides<MemoryStore<Note, Long>> stores = Sides.each(side -> new MemoryStore<>(Note.TYPE));
    private final MigrationParts parts = makeParts();

    private MigrationParts makeParts() {
        Sides<LocalFence> fences = new Sides<>(fence(ControlRow.firstOrigin()), fence(ControlRow.firstTarget()));
        Sides<Journal> journals = Sides.each(side -> new MemoryJournal());
        Sides<Checkpoints> checkpoints = Sides.each(side -> new MemoryCheckpoints());
        LocalIntents intents = new LocalIntents(Sides.each(side -> journals.of(side)::append));
        StorePair<Note, Long> pair = new StorePair<>(Note.TYPE, stores, fences);
        return new MigrationParts(
                List.of(Note.TYPE),
                Sides.each(fences::of),
                journals,
                context -> new LocalTransactions(fences, intents, context),
                new StoreCarrier<>(pair, checkpoints),
                new StoreConfirmation<>(pair, journals, intents::isBeingWritten, Equivalences.fields()),
                new StoreScan<>(pair, stores),
                checkpoints.target(),
                new Nothing(),
                authority -> {});
    }

    private static LocalFence fence(ControlRow first) {
        return new LocalFence(first, Duration.ofMillis(20), Pace.real());
    }

    @Override
    public MigrationParts parts() {
        return parts;
    }

    @Override
    public void put(Side side, long key, String value) {
        stores.of(side).save(new Note(key, value));
    }

    @Override
    public void remove(Side side, long key) {
        stores.of(side).delete(key);
    }

    @Override
    public @Nullable String get(Side side, long key) {
        Note note = stores.of(side).find(key);
        return note == null ? null : note.text();
    }

    @Override
    public void putIn(Transaction transaction, long key, String value) {
        put(transaction.side(), key, value);
    }

    private record Nothing() implements Preflight {
        @Override
        public List<String> authority(Side side) {
            return List.of();
        }

        @Override
        public List<String> copy(Side side) {
            return List.of();
        }

        @Override
        public List<String> handover(Side authority) {
            return List.of();
        }
    }
}
