package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.Finished;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Brings over what was there before the journal. Lists the next keys in order, from both sides, so that leftovers on the
 * copy go too, and transfers exactly those keys; the cursor is saved in the same transaction. A record whose key was not
 * listed and locked is never written. Ends with a record type when both sides list nothing more, and never on a count.
 *
 * <p>May be killed anywhere and run again, run by several nodes at once, and run while writes go on. Blocks until done.
 */
public final class Backfill {
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(500);

    private final Board board;
    private final List<RecordType<?, ?>> types;
    private final Scan scan;
    private final Checkpoints checkpoints;
    private final Transfer transfer;
    private final BackfillSettings settings;
    private final MigrationListener listener;
    private final Pace pace;

    /** {@code types} in the order to copy them, parents first; {@code checkpoints} are the target's. */
    public Backfill(
            Board board,
            List<RecordType<?, ?>> types,
            Scan scan,
            Checkpoints checkpoints,
            Transfer transfer,
            BackfillSettings settings,
            MigrationListener listener,
            Pace pace) {
        this.board = board;
        this.types = List.copyOf(types);
        this.scan = scan;
        this.checkpoints = checkpoints;
        this.transfer = transfer;
        this.settings = settings;
        this.listener = listener;
        this.pace = pace;
    }

    /** Whether every record type is done in this generation. Blocks on the target. */
    public boolean isComplete(int generation) {
        return types.stream()
                .allMatch(type -> checkpoints
                        .find(Checkpoint.BACKFILL, type.name(), generation)
                        .map(Checkpoint::done)
                        .orElse(false));
    }

    /**
     * Runs to the end, going on where this generation's last run ended.
     *
     * @throws IllegalStateException when the copy does not follow yet, or the origin no longer has the authority
     * @throws InterruptedException when interrupted; run again to go on
     * @throws BackfillException when no chunk got through for as long as the settings' patience; run again to go on
     */
    public BackfillReport run() throws InterruptedException {
        ControlRow row = board.refresh(Side.ORIGIN);
        if (board.view().authority() != Side.ORIGIN || !row.stage().write().followed()) {
            throw new IllegalStateException(
                    "A backfill runs at DUAL_WRITE or SHADOW, while the origin has the authority"
                            + " and the copy follows; the stage is " + board.stage());
        }
        long begun = pace.nanos();
        long rows = 0;
        for (RecordType<?, ?> type : types) {
            rows += new TypeRun<>(type, row.generation()).run();
        }
        Duration took = Duration.ofNanos(pace.nanos() - begun);
        listener.on(new Finished(Checkpoint.BACKFILL, rows, took));
        return new BackfillReport(rows, took);
    }

    /** One run over one record type. */
    private final class TypeRun<K> {
        private final RecordType<?, K> type;
        private final int generation;
        private final long begun = pace.nanos();
        private Pace.Deadline nextProgress = pace.in(PROGRESS_EVERY);
        private Checkpoint at;
        private int chunk = settings.firstChunk();

        TypeRun(RecordType<?, K> type, int generation) {
            this.type = type;
            this.generation = generation;
            this.at = new Checkpoint(Checkpoint.BACKFILL, type.name(), generation, null, 0, false);
        }

        long run() throws InterruptedException {
            Pace.Deadline patience = pace.in(settings.patience());
            boolean found = false;
            while (!at.done()) {
                try {
                    if (!found) {
                        Optional<Checkpoint> saved = checkpoints.find(Checkpoint.BACKFILL, type.name(), generation);
                        at = saved.orElse(at);
                        found = true;
                    } else {
                        next();
                    }
                    patience = pace.in(settings.patience());
                } catch (InterruptedException stop) {
                    throw stop;
                } catch (NotACopyException moved) {
                    throw new IllegalStateException(
                            "The backfill of " + type.name() + " stopped after " + at.rows()
                                    + " records: the origin no longer has the authority",
                            moved);
                } catch (Exception failure) {
                    if (patience.isOver()) {
                        throw new BackfillException(type.name(), at.rows(), settings.patience(), failure);
                    }
                    chunk = Math.max(1, chunk / 2);
                    pace.pause(settings.restAfterFailure());
                }
            }
            tell();
            return at.rows();
        }

        private void next() throws Exception {
            List<String> keys = nextKeys();
            if (keys.isEmpty()) {
                Checkpoint end =
                        new Checkpoint(Checkpoint.BACKFILL, type.name(), generation, at.position(), at.rows(), true);
                checkpoints.save(end);
                at = end;
                return;
            }
            Set<RecordId> records = new LinkedHashSet<>();
            keys.forEach(key -> records.add(new RecordId(type.name(), key)));
            String last = keys.get(keys.size() - 1);
            Checkpoint after =
                    new Checkpoint(Checkpoint.BACKFILL, type.name(), generation, last, at.rows() + keys.size(), false);
            long chunkBegun = pace.nanos();
            transfer.transfer(Side.ORIGIN, records, after);
            at = after;
            adapt(Duration.ofNanos(pace.nanos() - chunkBegun));
            if (nextProgress.isOver()) {
                tell();
                nextProgress = pace.in(PROGRESS_EVERY);
            }
        }

        /** The lowest keys of both sides; a page that is full hides what comes after its last key, so the union ends there. */
        private List<String> nextKeys() throws Exception {
            TreeSet<String> union = new TreeSet<>(this::inKeyOrder);
            for (Side side : Side.values()) {
                union.addAll(scan.keysAfter(side, type.name(), at.position(), chunk));
            }
            return union.stream().limit(chunk).toList();
        }

        private int inKeyOrder(String first, String second) {
            return type.codec().compare(type.codec().decode(first), type.codec().decode(second));
        }

        private void adapt(Duration took) {
            if (took.compareTo(settings.chunkTime()) > 0) {
                chunk = Math.max(1, chunk / 2);
            } else if (took.multipliedBy(2).compareTo(settings.chunkTime()) < 0) {
                chunk = Math.min(settings.largestChunk(), chunk * 2);
            }
        }

        private void tell() {
            Duration elapsed = Duration.ofNanos(pace.nanos() - begun);
            listener.on(new Progress(Checkpoint.BACKFILL, type.name(), at.rows(), -1, elapsed));
        }
    }
}
