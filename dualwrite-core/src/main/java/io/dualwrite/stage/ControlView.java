package io.dualwrite.stage;

import org.jspecify.annotations.Nullable;

/**
 * What one node knows of both control rows; a cache of the truth, never the truth. Immutable.
 *
 * @param origin the origin's row, or null when it could not be read
 * @param target the target's row, or null when it could not be read
 */
public record ControlView(
        @Nullable ControlRow origin, @Nullable ControlRow target) {
    /** Nothing known yet. */
    public static final ControlView NOTHING = new ControlView(null, null);

    /**
     * The side whose row says AUTHORITY; null while the authority is handed over or not known. Where both do, one of the rows
     * is out of date: the one with the lower handover number.
     */
    public @Nullable Side authority() {
        ControlRow onOrigin = origin == null || origin.role() != Role.AUTHORITY ? null : origin;
        ControlRow onTarget = target == null || target.role() != Role.AUTHORITY ? null : target;
        if (onOrigin == null || onTarget == null) {
            return onTarget != null ? Side.TARGET : onOrigin != null ? Side.ORIGIN : null;
        }
        return onTarget.handover() >= onOrigin.handover() ? Side.TARGET : Side.ORIGIN;
    }

    /** The row of a side, or null when it could not be read. */
    public @Nullable ControlRow of(Side side) {
        return side == Side.ORIGIN ? origin : target;
    }

    /** This view with one row replaced. */
    public ControlView with(Side side, @Nullable ControlRow row) {
        return side == Side.ORIGIN ? new ControlView(row, target) : new ControlView(origin, row);
    }

    /**
     * Whether the other side is known to have got the authority after this row of {@code side} lost it: its handover number
     * is higher. A side that was not reachable when it was taken from may say AUTHORITY still, and must not be used.
     */
    public boolean isSurpassed(Side side, ControlRow row) {
        ControlRow other = of(side.other());
        return other != null && other.role() == Role.AUTHORITY && other.handover() > row.handover();
    }

    /** The stage both rows together stand for; FROZEN while neither has the authority. */
    public Stage stage() {
        Side authority = authority();
        ControlRow row = authority == null ? null : of(authority);
        return row == null ? Stage.FROZEN : row.stage();
    }

    /**
     * The side that has the authority, is giving it up, or had it last: reads are answered there, and transfers come
     * from there. A side that has ceded is the last authority only until the other side has taken over.
     */
    public Side leader() {
        Side authority = authority();
        if (authority != null) {
            return authority;
        }
        return target != null && (target.role() == Role.CLOSED || target.role() == Role.CEDED)
                ? Side.TARGET
                : Side.ORIGIN;
    }
}
