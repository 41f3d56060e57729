package io.dualwrite.jdbc;

import io.dualwrite.fence.Pace;
import io.dualwrite.jdbc.CallsUnderWay.Purpose;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What keeps transfers of one record apart where the copy is no database: a row with the {@link CallsUnderWay}, committed
 * before the stores are called and taken away afterwards. A lock of the journal's database would be gone with its
 * connection while the call it stood for goes on; the row stays until its grace has passed, and the calls are made so that
 * they are over by then. Thread-safe; blocks.
 */
class TransferLeases {
    /** Records that are worked on under one lease, as far as there is time for them. */
    private static final int AT_ONCE = 32;

    /** After so many tries to have several records at once, fewer are tried. */
    private static final int TRIES_TOGETHER = 3;

    private static final Duration REST = Duration.ofMillis(20);

    private final Sides<Place> places;
    private final Sides<? extends ControlRows> controls;
    private final Sides<CallsUnderWay> calls;
    private final Grace grace;
    private final Pace pace;

    TransferLeases(
            Sides<Place> places,
            Sides<? extends ControlRows> controls,
            Sides<CallsUnderWay> calls,
            Grace grace,
            Pace pace) {
        this.places = places;
        this.controls = controls;
        this.calls = calls;
        this.grace = grace;
        this.pace = pace;
    }

    /** What is done with each record. */
    interface Work {
        /** Whether the records are written, and so have to be rechecked. */
        boolean writes();

        /**
         * Works on one record.
         *
         * @param lease to be asked right before a write
         * @throws InDoubtException when a write may have taken effect, or may yet
         */
        void on(RecordId record, Lease lease) throws Exception;

        /** In the transaction that ends the lease of these records; {@code last} when no others remain. */
        void ended(Session session, List<RecordId> done, boolean last) throws SQLException;
    }

    /** A write of which nobody knows whether it takes effect. */
    static final class InDoubtException extends Exception {
        private static final long serialVersionUID = 1;

        private final Exception why;

        InDoubtException(Exception why) {
            super(why);
            this.why = why;
        }
    }

    /** The right to call the copy for some records, for a while. */
    final class Lease {
        private final String call = UUID.randomUUID().toString();
        private final Side copy;
        private final long begun;

        private Lease(Side copy, long begun) {
            this.copy = copy;
            this.begun = begun;
        }

        /** Whether a call that is made now is over before the lease is. */
        boolean isTimeToWrite() {
            return pace.nanos() - begun <= grace.toBegin().toNanos();
        }

        /** Whether another record may be begun with. */
        private boolean isTimeForMore() {
            return pace.nanos() - begun <= grace.toBegin().toNanos() / 2;
        }
    }

    /**
     * Does the work on all records, some of them at a time.
     *
     * @throws NotACopyException when that side is no copy, or is about to be one no more
     * @throws Exception what the work threw; or that somebody else works on one of the records, as contention
     */
    void run(Side copy, Collection<RecordId> records, Work work) throws Exception {
        Deque<RecordId> left = new ArrayDeque<>(records);
        int most = AT_ONCE;
        do {
            List<RecordId> some = new ArrayList<>();
            while (!left.isEmpty() && some.size() < most) {
                some.add(left.remove());
            }
            Lease lease = take(copy, some, work.writes());
            int done = lease == null ? 0 : under(lease, some, left, work).size();
            // Many hot records are never free at the same time; each of them is, now and then.
            most = lease == null ? Math.max(1, some.size() / 2) : AT_ONCE;
            for (int at = some.size() - 1; at >= done; at--) {
                left.addFirst(some.get(at));
            }
        } while (!left.isEmpty());
    }

    private List<RecordId> under(Lease lease, List<RecordId> some, Deque<RecordId> later, Work work) throws Exception {
        List<RecordId> done = new ArrayList<>();
        try {
            for (RecordId record : some) {
                if (!done.isEmpty() && !lease.isTimeForMore()) {
                    break;
                }
                work.on(record, lease);
                done.add(record);
            }
        } catch (InDoubtException doubt) {
            leaveInDoubt(lease, some.get(done.size()), doubt.why);
            throw doubt.why;
        } catch (Throwable failure) {
            abandon(lease, failure);
            throw failure;
        }
        end(lease, some.size(), session -> {
            work.ended(session, done, later.isEmpty() && done.size() == some.size());
            return done;
        });
        return done;
    }

    /**
     * Takes the lease, waiting for others that work on these records, since those come to an end. One that has come to none
     * is waited for by nobody: its record must not keep the others. Null when fewer records should be tried.
     */
    private @Nullable Lease take(Side copy, List<RecordId> records, boolean noting) throws Exception {
        Pace.Deadline patience = pace.in(grace.grace().multipliedBy(2));
        for (int attempt = 1; ; attempt++) {
            Lease lease = new Lease(copy, pace.nanos());
            if (take(lease, records, noting)) {
                return lease;
            }
            if (attempt >= TRIES_TOGETHER && records.size() > 1) {
                return null;
            }
            if (patience.isOver()) {
                throw busy("Others are working on these records of " + places.of(copy));
            }
            pace.pause(REST);
        }
    }

    /** In one transaction: the copy's fence, the stripes, nobody else, and our own rows. */
    boolean take(Lease lease, List<RecordId> records, boolean noting) throws SQLException {
        Place place = places.of(lease.copy);
        try (Session session = place.begin()) {
            ControlRow row = controls.of(lease.copy).hold(session.run());
            if (row.role() != Role.COPY || isCeded(session, lease.copy.other())) {
                throw new NotACopyException("The control row of " + place + " says " + row.role()
                        + ", not COPY, or it is about to get the authority; nothing was written");
            }
            place.servers().require(session);
            if (!records.isEmpty()) {
                new Stripes(place).lock(session, records);
                if (isOthers(session, lease.copy, records, noting)) {
                    return false;
                }
                // Whoever has let them run out has no lease any more, and finds that out.
                calls.of(lease.copy).giveUp(session.run(), Purpose.TRANSFER, records);
                calls.of(lease.copy).giveUp(session.run(), Purpose.IN_DOUBT, records);
                if (noting) {
                    new RecheckList(place).add(session, records);
                }
            }
            calls.of(lease.copy).begin(session.run(), lease.call, Purpose.TRANSFER, row.generation(), records);
            session.commit();
            return true;
        }
    }

    /** Whether one of these records is somebody else's for now. */
    boolean isOthers(Session session, Side copy, List<RecordId> records, boolean writing) throws SQLException {
        CallsUnderWay underWay = calls.of(copy);
        if (writing && !underWay.live(session.run(), Purpose.IN_DOUBT, records).isEmpty()) {
            throw busy("A write to " + places.of(copy) + " failed a moment ago and may take effect yet");
        }
        return !underWay.live(session.run(), Purpose.TRANSFER, records).isEmpty();
    }

    /** Once the authority is ceded to this side nobody begins here any more, so that it can be taken over. */
    private boolean isCeded(Session session, Side authority) throws SQLException {
        ControlRow row = ControlTable.row(session.run(), places.of(authority), 0, "");
        return row != null && row.role() == Role.CEDED;
    }

    /**
     * Waits until what was begun before has ended or run out.
     *
     * @throws NotACopyException when that side is no copy
     */
    void settle(Side copy) throws Exception {
        Place place = places.of(copy);
        Set<String> before = place.commit(session -> {
            ControlRow row = controls.of(copy).hold(session.run());
            if (row.role() != Role.COPY) {
                throw new NotACopyException("The control row of " + place + " says " + row.role() + ", not COPY");
            }
            return calls.of(copy).carrying(session.run());
        });
        while (!before.isEmpty()) {
            before.retainAll(place.commit(session -> calls.of(copy).carrying(session.run())));
            if (!before.isEmpty()) {
                pace.pause(REST);
            }
        }
    }

    private static SQLException busy(String why) {
        return new SQLTransientException(why, "40001");
    }

    private void end(Lease lease, int noted, Place.Work<List<RecordId>> more) throws SQLException {
        Place place = places.of(lease.copy);
        place.commit(session -> {
            List<RecordId> done = more.in(session);
            if (calls.of(lease.copy).end(session.run(), lease.call) != noted) {
                throw new GivenUpException("A transfer to " + place + " was not over within its grace");
            }
            return done;
        });
    }

    /** No write is under way any more. What cannot be told so runs out. */
    private void abandon(Lease lease, Throwable failure) {
        try {
            places.of(lease.copy).commit(session -> calls.of(lease.copy).end(session.run(), lease.call));
        } catch (SQLException unreachable) {
            failure.addSuppressed(unreachable);
        }
    }

    private void leaveInDoubt(Lease lease, RecordId doubtful, Exception why) {
        try {
            places.of(lease.copy).commit(session -> {
                calls.of(lease.copy).endInDoubt(session.run(), lease.call, doubtful);
                return doubtful;
            });
        } catch (SQLException unreachable) {
            why.addSuppressed(unreachable);
        }
    }
}
