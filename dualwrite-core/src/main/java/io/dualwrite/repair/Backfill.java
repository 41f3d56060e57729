package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.Finished;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.repair.BackfillRanges.Range;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Brings over what was there before the journal. Lists the next keys in order, from both sides, so that leftovers on the
 * copy go too, and transfers exactly those keys; the cursor is saved in the same transaction. A record whose key was not
 * listed and locked is never written. Ends with a record type when both sides list nothing more, and never on a count. Before
 * each chunk it gives way to whatever its {@link Throttle} says. Where its settings say so, several ranges of a type are
 * walked at once, and the type has ended when all of them have.
 *
 * <p>May be killed anywhere and run again, run by several nodes at once, and run while writes go on. Blocks until done.
 */
public final class Backfill {
    private final Board board;
    private final List<RecordType<?, ?>> types;
    private final BackfillCursor.Tools tools;
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
        this(
                board,
                types,
                scan,
                checkpoints,
                transfer,
                settings,
                new Brakes(settings.throttle(), List.of(), listener, pace),
                listener,
                pace);
    }

    /** As the other one, giving way to what {@code brakes} look at. */
    public Backfill(
            Board board,
            List<RecordType<?, ?>> types,
            Scan scan,
            Checkpoints checkpoints,
            Transfer transfer,
            BackfillSettings settings,
            Brakes brakes,
            MigrationListener listener,
            Pace pace) {
        this.board = board;
        this.types = List.copyOf(types);
        this.tools = new BackfillCursor.Tools(scan, checkpoints, transfer, settings, brakes, pace);
        this.listener = listener;
        this.pace = pace;
    }

    /** From the next chunk on every run in this process waits, until {@link #resume()}. Never blocks. Idempotent. */
    public void pause() {
        tools.brakes().pause();
    }

    /** Takes {@link #pause()} back. Never blocks. Idempotent. */
    public void resume() {
        tools.brakes().resume();
    }

    /**
     * What {@link #run} would do now. Writes nothing. Blocks on both sides.
     *
     * @throws IllegalStateException when the origin's control row was never read
     */
    public BackfillPlan plan(Preflight preflight) throws InterruptedException {
        return new BackfillPlanner(board, types, tools).plan(preflight);
    }

    /** Whether every record type is done in this generation. Blocks on the target. */
    public boolean isComplete(int generation) {
        return types.stream().allMatch(type -> isDone(type, generation));
    }

    private boolean isDone(RecordType<?, ?> type, int generation) {
        return tools.checkpoints()
                .find(Checkpoint.BACKFILL, type.name(), generation)
                .map(Checkpoint::done)
                .orElse(false);
    }

    /**
     * Runs to the end, going on where this generation's last run ended.
     *
     * @throws IllegalStateException when the copy does not follow yet, or the origin no longer has the authority
     * @throws InterruptedException when interrupted; run again to go on
     * @throws BackfillException when no chunk got through for as long as the settings' patience; run again to go on
     */
    public BackfillReport run() throws InterruptedException {
        ControlRow row = following();
        long begun = pace.nanos();
        long rows = 0;
        try {
            for (RecordType<?, ?> type : types) {
                rows += run(type, row.generation());
            }
        } finally {
            tools.brakes().end();
        }
        Duration took = Duration.ofNanos(pace.nanos() - begun);
        listener.on(new Finished(Checkpoint.BACKFILL, rows, took));
        return new BackfillReport(rows, took);
    }

    /**
     * What is left of it, in parts that nodes work off one by one with {@link #run(Part)}, in any order and at the same time.
     * Agrees on where the keys are cut where nobody has. Blocks on both sides.
     *
     * @throws IllegalStateException as for {@link #run()}
     */
    public List<Part> parts() throws InterruptedException {
        int generation = following().generation();
        List<Part> parts = new ArrayList<>();
        for (RecordType<?, ?> type : types) {
            List<Range> agreed = new BackfillRanges<>(tools, type, generation).agreed();
            for (int number = 0; number < agreed.size(); number++) {
                if (!agreed.get(number).begin().done()) {
                    parts.add(new Part(type.name(), generation, number));
                }
            }
        }
        return parts;
    }

    /**
     * Works one part off, going on where whoever was at it has ended; its record type is done when it was the last one.
     * Does nothing for a part of another generation, or of a record type that is done. May be killed, run again, and run by
     * several nodes at once like all of it. Blocks until done.
     *
     * @return how many records its checkpoint counts then
     * @throws IllegalArgumentException when there is no such record type
     * @throws IllegalStateException as for {@link #run()}; InterruptedException and BackfillException too
     */
    public long run(Part part) throws InterruptedException {
        RecordType<?, ?> type = types.stream()
                .filter(each -> each.name().equals(part.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no record type '" + part.type() + "' here"));
        ControlRow row = board.refresh(Side.ORIGIN);
        if (row.generation() != part.generation() || isDone(type, part.generation())) {
            return 0;
        }
        following();
        try {
            return run(type, part);
        } finally {
            tools.brakes().end();
        }
    }

    private <K> long run(RecordType<?, K> type, Part part) throws InterruptedException {
        BackfillRanges<K> ranges = new BackfillRanges<>(tools, type, part.generation());
        List<Range> agreed = ranges.agreed();
        if (part.number() >= agreed.size()) {
            // Somebody has ended the type since, or walks it with one cursor.
            return 0;
        }
        BackfillProgress progress =
                new BackfillProgress(type.name(), part.number(), () -> estimate(type, agreed.size()), listener, pace);
        long begun = pace.nanos();
        long rows = new BackfillCursor<>(tools, type, agreed.get(part.number()), progress, () -> {}).run();
        if (!agreed.get(0).isWhole()) {
            tools.patiently(type, () -> ended(ranges, agreed));
        }
        progress.ended();
        listener.on(new Finished(Checkpoint.BACKFILL, rows, Duration.ofNanos(pace.nanos() - begun)));
        return rows;
    }

    /** About how many records each of so many ranges has, which are cut so that they have as many. */
    private OptionalLong estimate(RecordType<?, ?> type, int ranges) throws Exception {
        OptionalLong all = tools.scan().estimate(Side.ORIGIN, type.name());
        return all.isPresent() ? OptionalLong.of(all.getAsLong() / ranges) : all;
    }

    /** Ends the type if all of its ranges have ended. */
    private boolean ended(BackfillRanges<?> ranges, List<Range> agreed) {
        long rows = 0;
        for (Range range : agreed) {
            Checkpoint begin = range.begin();
            Optional<Checkpoint> now = tools.checkpoints().find(begin.job(), begin.type(), begin.generation());
            if (!now.map(Checkpoint::done).orElse(false)) {
                return false;
            }
            rows += now.map(Checkpoint::rows).orElse(0L);
        }
        tools.checkpoints().save(ranges.whole(rows, true));
        return true;
    }

    private ControlRow following() {
        ControlRow row = board.refresh(Side.ORIGIN);
        if (board.view().authority() != Side.ORIGIN || !row.stage().write().followed()) {
            throw new IllegalStateException(
                    "A backfill runs at DUAL_WRITE or SHADOW, while the origin has the authority"
                            + " and the copy follows; the stage is " + board.stage());
        }
        return row;
    }

    private <K> long run(RecordType<?, K> type, int generation) throws InterruptedException {
        BackfillProgress progress = new BackfillProgress(type.name(), () -> estimate(type, 1), listener, pace);
        BackfillRanges<K> ranges = new BackfillRanges<>(tools, type, generation);
        List<Range> agreed = ranges.agreed();
        long rows;
        if (agreed.get(0).isWhole()) {
            rows = new BackfillCursor<>(tools, type, agreed.get(0), progress, () -> {}).run();
        } else {
            rows = new BackfillCrew<>(tools, type, agreed, progress).run();
            Checkpoint whole = ranges.whole(rows, true);
            tools.patiently(type, () -> {
                tools.checkpoints().save(whole);
                return whole;
            });
        }
        progress.ended();
        return rows;
    }
}
