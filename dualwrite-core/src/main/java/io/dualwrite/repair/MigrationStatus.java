package io.dualwrite.repair;

import io.dualwrite.journal.Backlog;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a migration stands, as its stores said at one moment. Immutable.
 *
 * @param sides what was found on each side
 * @param backfilled whether this generation's backfill is complete
 * @param verified whether this generation has had a clean verification and nothing was repaired since
 */
public record MigrationStatus(Sides<OneSide> sides, Answer backfilled, Answer verified) {
    /** What can be said about something that is kept beside the target. */
    public enum Answer {
        YES,
        NO,
        /** The target could not be asked, or nobody knows who has the authority. */
        UNKNOWN,
        /** These stores cannot list their records, so that there is no such thing. */
        NONE
    }

    /**
     * What was found on one side.
     *
     * @param side which
     * @param row its control row; null when it could not be read
     * @param backlog what is open in the journal beside it; null when it could not be read
     * @param unconfirmed records that transfers have written there and nobody has compared since, counted up to {@link
     *     Survey#MOST_COUNTED}; -1 when they could not be counted
     * @param trouble what could not be read and why, without data; null when all was read
     */
    public record OneSide(
            Side side,
            @Nullable ControlRow row,
            @Nullable Backlog backlog,
            int unconfirmed,
            @Nullable String trouble) {
        /** Whether everything could be read there. */
        public boolean isReached() {
            return trouble == null;
        }
    }

    /** The sides that could not be reached, or not be read in full. */
    public List<OneSide> unreached() {
        return List.of(sides.origin(), sides.target()).stream()
                .filter(side -> !side.isReached())
                .toList();
    }

    /** The side that has the authority; empty while it is being handed over, or when that cannot be told. */
    public Optional<Side> authority() {
        return Optional.ofNullable(view().authority());
    }

    /**
     * The stage that both rows stand for, or the one of them that could be read where that has the authority; empty when it
     * cannot be told.
     */
    public Optional<Stage> stage() {
        ControlView view = view();
        boolean known = view.authority() != null || (view.origin() != null && view.target() != null);
        return known ? Optional.of(view.stage()) : Optional.empty();
    }

    /** The highest generation that a side knows of; 0 before the first, and when no side could be read. */
    public int generation() {
        int highest = 0;
        for (Side side : Side.values()) {
            ControlRow row = sides.of(side).row();
            highest = row == null ? highest : Math.max(highest, row.generation());
        }
        return highest;
    }

    /** Whether the authority was taken from this side by force and nobody has let it follow again. */
    public boolean isLost(Side side) {
        ControlView view = view();
        ControlRow row = view.of(side);
        ControlRow other = view.of(side.other());
        return row != null && other != null && other.stage() != Stage.OFF && view.isSurpassed(side, row);
    }

    private ControlView view() {
        return new ControlView(sides.origin().row(), sides.target().row());
    }
}
