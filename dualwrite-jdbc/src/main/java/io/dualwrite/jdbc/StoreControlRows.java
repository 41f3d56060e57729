package io.dualwrite.jdbc;

import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.jdbc.CallsUnderWay.Purpose;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The control row of a store that shares no transaction with it. Nobody holds the row while a store is called, so a change
 * waits for the calls themselves, as far as they are noted, and gives up those that have run out:
 *
 * <ul>
 *   <li>a copy becomes something else only when no transfer's call is under way there;
 *   <li>a copy is followed only when the writes are over that began while the journal was off, and left no intent.
 * </ul>
 *
 * <p>An authority is closed at once: the intents of the writes under way are in the journal, and the drain waits for them.
 */
final class StoreControlRows extends ControlRows {
    private final CallsUnderWay calls;

    StoreControlRows(Place place, boolean installing, CallsUnderWay calls) {
        super(place, installing);
        this.calls = calls;
    }

    @Override
    Schema schema() {
        return new Schema(place(), true);
    }

    @Override
    public @Nullable ControlRow change(ControlRow expected, ControlRow next) {
        // Looked at before anybody is kept waiting, and once more under the lock.
        if (isInTheWay(expected, next)) {
            throw new FenceBusyException("Calls to the store of " + place() + " are under way; try again", null);
        }
        return super.change(expected, next);
    }

    private boolean isInTheWay(ControlRow expected, ControlRow next) {
        try {
            return place().commit(session -> isInTheWay(session, expected, next));
        } catch (SQLException failure) {
            // What cannot be asked now is asked again under the lock, which tells why.
            return false;
        }
    }

    private boolean isInTheWay(Session session, ControlRow expected, ControlRow next) throws SQLException {
        return (expected.role() == Role.COPY
                        && (calls.anyLive(session.run(), Purpose.TRANSFER)
                                || calls.anyLive(session.run(), Purpose.IN_DOUBT)))
                || (isFollowed(expected, next) && calls.anyLive(session.run(), Purpose.UNJOURNALLED));
    }

    @Override
    void admit(Session session, ControlRow expected, ControlRow next) throws SQLException {
        if (isInTheWay(session, expected, next)) {
            throw new SQLTransientException("Calls to the store of " + place() + " are under way", "40001");
        }
        if (expected.role() == Role.COPY) {
            calls.giveUp(session.run(), Purpose.TRANSFER);
            calls.giveUp(session.run(), Purpose.IN_DOUBT);
        }
        if (isFollowed(expected, next)) {
            calls.giveUp(session.run(), Purpose.UNJOURNALLED);
        }
        if (isAuthority(expected, next) && !expected.journalled() && next.journalled()) {
            calls.beginUnjournalled(session.run(), UUID.randomUUID().toString(), next.generation());
        }
    }

    private static boolean isFollowed(ControlRow expected, ControlRow next) {
        return isAuthority(expected, next) && expected.stage() == Stage.JOURNAL && next.stage() == Stage.DUAL_WRITE;
    }

    private static boolean isAuthority(ControlRow expected, ControlRow next) {
        return expected.role() == Role.AUTHORITY && next.role() == Role.AUTHORITY;
    }
}
