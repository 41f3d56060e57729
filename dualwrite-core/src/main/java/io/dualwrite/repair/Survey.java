package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.ControlException;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.MigrationStatus.Answer;
import io.dualwrite.repair.MigrationStatus.OneSide;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import org.jspecify.annotations.Nullable;

/**
 * Looks at both sides and tells what it finds, whichever of them can be reached. Changes nothing. Thread-safe; blocks on
 * both stores.
 */
public final class Survey {
    /** Up to how many records that wait to be rechecked are counted. */
    public static final int MOST_COUNTED = 10_000;

    private final Board board;
    private final Sides<Journal> journals;
    private final @Nullable Backfill backfill;
    private final Verifier verifier;

    /** Without a {@code backfill} nothing can be listed, and there is neither a backfill nor a verification. */
    public Survey(Board board, Sides<Journal> journals, @Nullable Backfill backfill, Verifier verifier) {
        this.board = board;
        this.journals = journals;
        this.backfill = backfill;
        this.verifier = verifier;
    }

    /** What both sides say now. */
    public MigrationStatus look() {
        Sides<OneSide> sides = Sides.each(this::lookAt);
        MigrationStatus rows = new MigrationStatus(sides, Answer.UNKNOWN, Answer.UNKNOWN);
        Backfill listing = backfill;
        if (listing == null) {
            return new MigrationStatus(sides, Answer.NONE, Answer.NONE);
        }
        if (rows.stage().isEmpty() || !sides.target().isReached()) {
            return rows;
        }
        int generation = rows.generation();
        return new MigrationStatus(
                sides, answer(() -> listing.isComplete(generation)), answer(() -> verifier.isClean(generation)));
    }

    private OneSide lookAt(Side side) {
        ControlRow row = null;
        Backlog backlog = null;
        try {
            row = board.refresh(side);
            backlog = journals.of(side).backlog();
            return new OneSide(side, row, backlog, verifier.unconfirmed(side.other(), MOST_COUNTED), null);
        } catch (ControlException | JournalException told) {
            return new OneSide(side, row, backlog, -1, String.valueOf(told.getMessage()));
        } catch (Exception failure) {
            return new OneSide(
                    side, row, backlog, -1, "The " + side + " could not be looked at (" + Fault.of(failure) + ")");
        }
    }

    @FunctionalInterface
    private interface Question {
        boolean ask();
    }

    private static Answer answer(Question question) {
        try {
            return question.ask() ? Answer.YES : Answer.NO;
        } catch (RuntimeException gone) {
            // It was reachable a moment ago; whoever asks again sees why it is not.
            return Answer.UNKNOWN;
        }
    }
}
