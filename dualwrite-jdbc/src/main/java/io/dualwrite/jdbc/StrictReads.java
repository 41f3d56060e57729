package io.dualwrite.jdbc;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.fence.Transactions.Reading;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads outside of read-write transactions. The answer counts only if the side's own row, looked at afterwards on the same
 * connection, says that the side had the right to give it all the while; otherwise the reading is repeated where the
 * authority is now.
 */
final class StrictReads {
    private static final int ATTEMPTS = 20;
    private static final Duration REST = Duration.ofMillis(20);

    private final Sides<DataSource> pools;
    private final Sides<ControlRows> controls;
    private final Board board;
    private final Bindings bindings;
    private final Pace pace;

    StrictReads(Sides<DataSource> pools, Sides<ControlRows> controls, Board board, Bindings bindings, Pace pace) {
        this.pools = pools;
        this.controls = controls;
        this.board = board;
        this.bindings = bindings;
        this.pace = pace;
    }

    /** A reading in progress on this thread. */
    record Bound(Side side, Connection connection) implements Binding {}

    /** An answer and the rows before and after it. */
    private record Answer<T extends @Nullable Object>(T value, ControlRow before, ControlRow after) {}

    <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        Side at = side;
        boolean copy = asCopy;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 1) {
                pace.pause(REST);
            }
            Answer<T> answer = once(at, reading);
            ControlRow known = board.view().of(at);
            boolean isNew = known == null || known.version() != answer.after().version();
            boolean isEarly = controls.of(at).place().servers().isEarly();
            if (answer.after().role() == Role.CEDED || (isNew && isEarly)) {
                // To be acted upon once it is sure to stay.
                refresh(at);
            } else if (isNew) {
                board.note(at, answer.after());
            }
            if (copy ? maySpeakAsCopy(answer.after()) : maySpeak(at, answer.before(), answer.after())) {
                return answer.value();
            }
            refresh(at.other());
            at = board.view().leader();
            copy = false;
        }
        throw new StageMovedException("The authority of migration '"
                + controls.of(side).place().migration()
                + "' moved during each of " + ATTEMPTS + " readings; read again");
    }

    private <T extends @Nullable Object> Answer<T> once(Side at, Reading<T> reading) throws Exception {
        Connection raw = pools.of(at).getConnection();
        ReadGuard guard = ReadGuard.of(raw, false);
        Throwable failed = null;
        try {
            ControlRow known = board.view().of(at);
            ControlRow before = known != null ? known : controls.of(at).look(raw);
            T value = bindings.with(new Bound(at, guard.connection()), () -> reading.on(at));
            return new Answer<>(value, before, controls.of(at).look(raw));
        } catch (Throwable failure) {
            failed = failure;
            throw failure;
        } finally {
            giveBack(guard, failed);
        }
    }

    private static void giveBack(ReadGuard guard, @Nullable Throwable failed) throws Exception {
        try {
            guard.giveBack();
        } catch (Exception failure) {
            if (failed == null) {
                throw failure;
            }
            failed.addSuppressed(failure);
        }
    }

    private static boolean maySpeakAsCopy(ControlRow row) {
        return row.role() == Role.COPY || row.role() == Role.AUTHORITY;
    }

    /**
     * Whether the side had the newest state when it was read: it was the authority before, and it still is, at the same
     * handover; or it has been closed since, which changes nothing; or it has ceded, and the other side has not taken over
     * even now.
     */
    private boolean maySpeak(Side side, ControlRow before, ControlRow after) {
        if (before.role() == Role.COPY) {
            return false;
        }
        boolean sameHandover = before.handover() == after.handover();
        return switch (after.role()) {
            case AUTHORITY -> sameHandover && !board.view().isSurpassed(side, after);
            case CLOSED -> sameHandover && after.remaining() != null;
            case CEDED -> {
                ControlRow heir = refresh(side.other());
                yield before.handover() >= after.handover() - 1
                        && heir != null
                        && heir.role() == Role.COPY
                        && heir.handover() == after.handover() - 1;
            }
            case COPY -> false;
        };
    }

    private @Nullable ControlRow refresh(Side side) {
        try {
            return board.refresh(side);
        } catch (ControlException unreachable) {
            // The board says unknown now; who reads on there gets that side's own failure.
            return null;
        }
    }
}
