package io.dualwrite.jdbc;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where read-write transactions begin. Takes a connection of the side that should have the authority, holds that side's
 * row as the transaction's first statement, and lets the transaction through only if the row says AUTHORITY. Otherwise the
 * connection goes back before anything else happens: whoever waits here holds nothing. The other side is looked at only
 * when this side's row says that the authority is not here.
 */
final class WriterGate {
    private static final Duration FIRST_REST = Duration.ofMillis(2);
    private static final Duration LONGEST_REST = Duration.ofMillis(50);

    private final Sides<DataSource> pools;
    private final Sides<ControlRows> controls;
    private final Board board;
    private final Duration writersWait;
    private final Consumer<Side> onExpired;
    private final Pace pace;
    /** Whether somebody is looking at a side that is known to have no authority, for everybody who waits here. */
    private final Sides<AtomicBoolean> scouting = Sides.each(side -> new AtomicBoolean());

    /** {@code onExpired} is asked to open a side whose closing has expired; anyone may. */
    WriterGate(
            Sides<DataSource> pools,
            Sides<ControlRows> controls,
            Board board,
            Duration writersWait,
            Consumer<Side> onExpired,
            Pace pace) {
        this.pools = pools;
        this.controls = controls;
        this.board = board;
        this.writersWait = writersWait;
        this.onExpired = onExpired;
        this.pace = pace;
    }

    /** A connection in a transaction that holds the authority's row. */
    record Entry(Side side, ControlRow row, Loan loan) {}

    /**
     * Begins a transaction on the authority.
     *
     * @throws StageMovedException when there was no authority for as long as writers wait, or the thread was interrupted
     *     while it waited; nothing was done
     * @throws SQLException what the authority's pool or database threw
     */
    Entry enter() throws SQLException {
        Pace.Deadline deadline = pace.in(writersWait);
        Duration rest = FIRST_REST;
        Side side = board.view().leader();
        while (true) {
            Attempt attempt;
            try {
                attempt = looked(side);
            } catch (SQLException | RuntimeException failure) {
                // Nothing was done yet, and a side that is gone fails no write once it is not the authority any more.
                if (deadline.isOver() || !isAuthority(side.other())) {
                    throw failure;
                }
                side = side.other();
                continue;
            }
            if (attempt != null && attempt.entry() != null) {
                return attempt.entry();
            }
            ControlRow elsewhere = attempt == null ? null : elsewhere(side, attempt.row(), deadline);
            if (deadline.isOver()) {
                throw moved(side, "was being handed over for longer than writers wait (" + writersWait + ")");
            }
            if (attempt == null) {
                rest(side, FIRST_REST);
                side = board.view().leader();
                continue;
            }
            if (elsewhere != null && (elsewhere.role() == Role.AUTHORITY || isReturning(elsewhere))) {
                side = side.other();
            }
            if (elsewhere == null || elsewhere.role() != Role.AUTHORITY) {
                rest(side, rest);
                rest = rest.multipliedBy(2).compareTo(LONGEST_REST) < 0 ? rest.multipliedBy(2) : LONGEST_REST;
            }
        }
    }

    private boolean isAuthority(Side side) {
        try {
            return isAuthority(side, board.refresh(side));
        } catch (ControlException unreadable) {
            return false;
        }
    }

    /**
     * Attempts it; null when somebody else does so already. While a side is known to have no authority one waiting writer
     * looks at it for all, so that they do not take the pool's connections from those who end the handover.
     */
    private @Nullable Attempt looked(Side side) throws SQLException {
        ControlRow known = board.view().of(side);
        if (known == null || known.role() == Role.AUTHORITY) {
            return attempt(side);
        }
        AtomicBoolean scout = scouting.of(side);
        if (!scout.compareAndSet(false, true)) {
            return null;
        }
        try {
            if (isEarly(side)) {
                isAuthority(side);
            }
            return attempt(side);
        } finally {
            scout.set(false);
        }
    }

    /** Whether the row says AUTHORITY and is not known to be out of date; see {@link ControlView#isSurpassed}. */
    boolean isAuthority(Side side, ControlRow row) {
        return row.role() == Role.AUTHORITY && !board.view().isSurpassed(side, row);
    }

    /** What came of an attempt: an entry; or the row that was in the way, null when others were in the way of the row. */
    private record Attempt(@Nullable Entry entry, @Nullable ControlRow row) {}

    private Attempt attempt(Side side) throws SQLException {
        Loan loan = Loan.from(pools.of(side));
        try {
            ControlRow row = controls.of(side).hold(loan.connection());
            if (isAuthority(side, row)) {
                note(side, row);
                return new Attempt(new Entry(side, row, loan), null);
            }
            loan.rollBack(new StageMovedException("The authority is not on the " + side));
            note(side, row);
            return new Attempt(null, row);
        } catch (SQLException | RuntimeException | Error failure) {
            loan.rollBack(failure);
            if (failure instanceof SQLException sql && controls.of(side).isBusy(sql)) {
                return new Attempt(null, null);
            }
            throw failure;
        }
    }

    /**
     * The other side's row, where this side's says that the authority may be there; null where it is worth waiting for. The side
     * that the authority was just ceded to is waited for like the end of the handover when it cannot be read.
     */
    private @Nullable ControlRow elsewhere(Side side, @Nullable ControlRow row, Pace.Deadline deadline) {
        if (row == null) {
            return null;
        }
        if (isReturning(row)) {
            if (row.isExpired()) {
                onExpired.accept(side);
            }
            return null;
        }
        try {
            return board.refresh(side.other());
        } catch (ControlException unreadable) {
            if (row.role() == Role.CEDED && !deadline.isOver()) {
                return null;
            }
            throw unreadable;
        }
    }

    /** Closed for a handover that may still be given up, as opposed to closed for good. */
    private static boolean isReturning(ControlRow row) {
        return row.role() == Role.CLOSED && row.remaining() != null;
    }

    private void note(Side side, ControlRow row) {
        ControlRow known = board.view().of(side);
        if (known == null || known.version() != row.version()) {
            if (row.role() == Role.CEDED || (isEarly(side) && row.role() != Role.AUTHORITY)) {
                // To be acted upon once it is sure to stay.
                isAuthority(side);
            } else if (!isEarly(side)) {
                board.note(side, row);
            }
        }
    }

    /** Whether a crash of the server may take this row back, as far as is known. */
    boolean mayBeLost(Side side, ControlRow row) {
        return isEarly(side) && !controls.of(side).isKept(row);
    }

    /** Whether what is met here may still be lost: the board, which never goes back, must not know of it then. */
    private boolean isEarly(Side side) {
        return controls.of(side).place().servers().isEarly();
    }

    private void rest(Side side, Duration rest) {
        try {
            pace.pause(rest);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw moved(side, "was being handed over when the waiting thread was interrupted");
        }
    }

    private StageMovedException moved(Side side, String why) {
        return new StageMovedException("The authority of migration '"
                + controls.of(side).place().migration() + "' " + why
                + "; nothing was done, run the whole transaction again");
    }
}
