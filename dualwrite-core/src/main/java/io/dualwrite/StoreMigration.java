package io.dualwrite;

import io.dualwrite.event.Contexts;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.LocalIntents;
import io.dualwrite.fence.LocalTransactions;
import io.dualwrite.fence.ShortWay;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.TimedCalls;
import io.dualwrite.path.WritePath;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.MemoryCheckpoints;
import io.dualwrite.repair.Preflight;
import io.dualwrite.repair.Scan;
import io.dualwrite.repair.StoreCarrier;
import io.dualwrite.repair.StoreConfirmation;
import io.dualwrite.repair.StorePair;
import io.dualwrite.repair.StoreScan;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A migration of two plain stores within one process: control rows, fence and journal are in memory. Every call to the copy
 * is one record's and has the copy's deadline. Thread-safe.
 */
final class StoreMigration extends Migration {
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);
    private static final int TRANSFER_THREADS = 8;

    private final TimedCalls transfers;

    private StoreMigration(String name, MigrationParts parts, MigrationSettings settings, TimedCalls transfers) {
        super(name, parts, settings);
        this.transfers = transfers;
    }

    /** Wires the migration at the given stage; starts nothing and touches no store. */
    static <R, K> StoreMigration at(
            Stage stage, RecordType<R, K> type, Sides<Store<R, K>> stores, MigrationSettings settings) {
        Sides<ControlRow> rows = rowsAt(stage);
        Sides<LocalFence> fences = Sides.each(side -> new LocalFence(rows.of(side), LOCK_TIMEOUT, settings.pace()));
        Sides<Journal> journals = Sides.each(side -> new MemoryJournal(settings.pace()::nanos));
        Sides<Checkpoints> checkpoints = Sides.each(side -> new MemoryCheckpoints());
        LocalIntents intents = new LocalIntents(Sides.each(side -> journals.of(side)::append));
        StorePair<R, K> pair = new StorePair<>(type, stores, fences);
        TimedCalls transfers = TimedCalls.of(
                type.name(), "transfer", settings.copyCalls(), TRANSFER_THREADS, Contexts.of(settings.context()));
        MigrationParts parts = new MigrationParts(
                List.of(type),
                Sides.each(fences::of),
                journals,
                context -> new LocalTransactions(fences, intents, context),
                new TimedCarrier(transfers, new StoreCarrier<>(pair, checkpoints), checkpoints),
                new TimedConfirmation(
                        transfers,
                        new StoreConfirmation<>(pair, journals, intents::isBeingWritten, settings.equivalence())),
                scan(pair, stores),
                checkpoints.target(),
                new NothingToCheck(),
                authority -> {});
        return new StoreMigration(type.name(), parts, settings, transfers);
    }

    /** The rows that a migration which has come to this stage has. */
    static Sides<ControlRow> rowsAt(Stage stage) {
        boolean journalled = stage.write().journalled();
        if (stage == Stage.OFF) {
            return new Sides<>(ControlRow.firstOrigin(), ControlRow.firstTarget());
        }
        if (!stage.isBeyondFlip()) {
            return new Sides<>(
                    new ControlRow(Role.AUTHORITY, stage, 0, 0, journalled, 1, null),
                    ControlRow.firstTarget().inGeneration(1));
        }
        Role origin = stage == Stage.COMPLETE ? Role.CLOSED : Role.COPY;
        return new Sides<>(
                new ControlRow(origin, Stage.SHADOW, 1, 0, false, 1, null),
                new ControlRow(Role.AUTHORITY, stage, 1, 0, journalled, 1, null));
    }

    private static <R, K> @Nullable Scan scan(StorePair<R, K> pair, Sides<Store<R, K>> stores) {
        return stores.origin() instanceof ScannableStore<R, K> origin
                        && stores.target() instanceof ScannableStore<R, K> target
                ? new StoreScan<>(pair, new Sides<>(origin, target))
                : null;
    }

    ReadPath readPath() {
        return reads();
    }

    WritePath writePath() {
        return writes();
    }

    ShortWay shortWay() {
        return Objects.requireNonNull(transactions().shortWay(), "plain stores have one");
    }

    @Override
    public void close() {
        super.close();
        transfers.close();
    }

    /** Carries one record at a time, each within the deadline: plain stores have no batches to gain from. */
    private record TimedCarrier(TimedCalls calls, Carrier carrier, Sides<Checkpoints> checkpoints) implements Carrier {
        @Override
        public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
            for (RecordId record : records) {
                calls.call(() -> {
                    carrier.carry(authority, Set.of(record), null);
                    return record;
                });
            }
            if (checkpoint != null) {
                checkpoints.target().save(checkpoint);
            }
        }

        @Override
        public void settle(Side authority) throws Exception {
            calls.call(() -> {
                carrier.settle(authority);
                return authority;
            });
        }
    }

    private record TimedConfirmation(TimedCalls calls, Confirmation confirmation) implements Confirmation {
        @Override
        public List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws Exception {
            List<Discrepancy> found = new ArrayList<>();
            for (RecordId record : records) {
                found.addAll(calls.call(() -> confirmation.confirm(authority, Set.of(record))));
            }
            return found;
        }

        @Override
        public List<RecordId> unconfirmed(Side copy, int limit) throws Exception {
            return confirmation.unconfirmed(copy, limit);
        }
    }

    /** Plain stores have no tables, journals or generators that could be looked at. */
    record NothingToCheck() implements Preflight {
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
