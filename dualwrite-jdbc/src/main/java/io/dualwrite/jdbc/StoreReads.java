package io.dualwrite.jdbc;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.fence.Transactions.Reading;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads of stores that share no transaction with their control rows. The answer counts if the rows, looked at afterwards,
 * say that the side had the right to give it all the while; otherwise the reading is repeated. While the journal's database
 * cannot be asked, the side that was known to have the authority last is believed: reads go on, and this node's own writes,
 * which need that database, do not. After COMPLETE nobody is asked. Thread-safe; blocks.
 */
final class StoreReads {
    private static final int ATTEMPTS = 20;
    private static final Duration REST = Duration.ofMillis(20);

    private final Board board;
    private final Pace pace;

    StoreReads(Board board, Pace pace) {
        this.board = board;
        this.pace = pace;
    }

    <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        if (IntentFirstTransactions.isComplete(board)) {
            return reading.on(Side.TARGET);
        }
        Side at = side;
        boolean copy = asCopy;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 1) {
                pace.pause(REST);
            }
            ControlRow before = known(at);
            T answer = reading.on(at);
            ControlRow after = looked(at);
            if (after == null || (copy ? maySpeakAsCopy(after) : before != null && maySpeak(at, before, after))) {
                return answer;
            }
            looked(at.other());
            at = board.view().leader();
            copy = false;
        }
        throw new StageMovedException("The authority moved during each of " + ATTEMPTS + " readings; read again");
    }

    private @Nullable ControlRow known(Side side) {
        ControlRow row = board.view().of(side);
        return row == null ? looked(side) : row;
    }

    /** The row now; null when nobody can tell. */
    private @Nullable ControlRow looked(Side side) {
        try {
            return board.refresh(side);
        } catch (ControlException unreachable) {
            return null;
        }
    }

    private static boolean maySpeakAsCopy(ControlRow row) {
        return row.role() == Role.COPY || row.role() == Role.AUTHORITY;
    }

    /** As for {@link StrictReads}: the side had the newest state from before the reading until after it. */
    private boolean maySpeak(Side side, ControlRow before, ControlRow after) {
        if (before.role() == Role.COPY) {
            return false;
        }
        boolean sameHandover = before.handover() == after.handover();
        return switch (after.role()) {
            case AUTHORITY -> sameHandover && !board.view().isSurpassed(side, after);
            case CLOSED -> sameHandover && after.remaining() != null;
            case CEDED -> {
                ControlRow heir = looked(side.other());
                yield before.handover() >= after.handover() - 1
                        && heir != null
                        && heir.role() == Role.COPY
                        && heir.handover() == after.handover() - 1;
            }
            case COPY -> false;
        };
    }
}
