package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Journal;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far the copy was behind when last measured, for the whole fleet, since the journal is everybody's. Thread-safe; only
 * {@link #measure} blocks.
 */
public final class BacklogGauge {
    private final Board board;
    private final Sides<Journal> journals;
    private final MigrationListener listener;
    private final Pace pace;
    private volatile @Nullable Measured last;

    private record Measured(Backlog backlog, long begunNanos) {}

    public BacklogGauge(Board board, Sides<Journal> journals, MigrationListener listener, Pace pace) {
        this.board = board;
        this.journals = journals;
        this.listener = listener;
        this.pace = pace;
    }

    /** Asks the leader's journal; blocks on its store. */
    public Backlog measure() {
        long begun = pace.nanos();
        Backlog backlog = journals.of(board.view().leader()).backlog();
        last = new Measured(backlog, begun);
        listener.on(new BacklogMeasured(backlog.open(), backlog.quarantined(), backlog.oldest()));
        return backlog;
    }

    /** What was measured within the given time, or else is measured now; may block. */
    Backlog notOlderThan(Duration age) {
        Measured known = last;
        return known != null && pace.nanos() - known.begunNanos <= age.toNanos() ? known.backlog : measure();
    }

    /** What taking the authority from {@code lost} may lose, as far as this node knows; never blocks. */
    public PossibleLoss possibleLoss(Side lost, Pending pending) {
        Measured known = last;
        boolean measured = known != null && board.view().leader() == lost;
        return new PossibleLoss(
                lost,
                board.view().of(lost),
                pending.size(),
                known == null || !measured ? null : known.backlog,
                known == null || !measured ? null : Duration.ofNanos(pace.nanos() - known.begunNanos));
    }

    /**
     * Whether the oldest intent is certainly younger than {@code bound} now: what was measured, plus the time since. False
     * when nothing was ever measured.
     */
    public boolean isYounger(Duration bound) {
        Measured known = last;
        return known != null && known.backlog.oldest().toNanos() + pace.nanos() - known.begunNanos < bound.toNanos();
    }

    /** Whether any range of records was open when last measured. */
    public boolean knowsOfRanges() {
        Measured known = last;
        return known != null && known.backlog.ranges() > 0;
    }
}
