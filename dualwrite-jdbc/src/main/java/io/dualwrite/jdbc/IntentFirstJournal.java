package io.dualwrite.jdbc;

import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalException;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a store that shares no transaction with it. A write's intents lie with the {@link CallsUnderWay} first, and
 * become rows of the journal, with numbers of their own, when the call has ended or has been given up. Until then they count
 * as open and are seen, but nobody claims or removes them: a transfer meanwhile may have read what was there before the
 * call. Thread-safe; blocks.
 */
final class IntentFirstJournal implements Journal {
    private static final int GIVEN_UP_AT_ONCE = 500;

    private final Place place;
    private final JdbcJournal rows;
    private final CallsUnderWay calls;

    IntentFirstJournal(Place place, JdbcJournal rows, CallsUnderWay calls) {
        this.place = place;
        this.rows = rows;
        this.calls = calls;
    }

    /**
     * Ends a write: its intents become rows.
     *
     * @throws GivenUpException when somebody has acted as if it were over already; the transaction must be rolled back
     */
    void end(Statements statements, String call, int noted, int generation, Collection<RecordId> records)
            throws SQLException {
        if (calls.end(statements, call) != noted) {
            throw new GivenUpException("A write was not ended within its grace");
        }
        rows.append(statements.connection(), generation, records);
    }

    /** Adds intents in the transaction that the connection is in. */
    void append(Connection connection, int generation, Collection<RecordId> records) throws SQLException {
        rows.append(connection, generation, records);
    }

    @Override
    public void append(Collection<RecordId> records) {
        rows.append(records);
    }

    /** Also when it is urgent, an owner has its grace: what it does meanwhile would be missed. */
    @Override
    public List<RecordId> claim(Claim claim) {
        giveUpExpired();
        return rows.claim(claim);
    }

    private void giveUpExpired() {
        work("give up calls that have run out in", session -> {
            List<CallsUnderWay.Expired> expired = calls.expiredWrites(session.run(), GIVEN_UP_AT_ONCE);
            for (CallsUnderWay.Expired each : expired) {
                if (calls.giveUp(session.run(), each)) {
                    rows.append(session.connection(), each.generation(), List.of(each.record()));
                }
            }
            return expired;
        });
    }

    /** Those whose call is not over come with a number that removes nothing. */
    @Override
    public List<Intent> seen(Collection<RecordId> records) {
        if (records.isEmpty()) {
            return List.of();
        }
        // Before the rows: a call that ends in between is seen twice and not missed.
        Set<RecordId> open = work("read", session -> calls.open(session.run(), CallsUnderWay.Purpose.WRITE, records));
        return together(rows.seen(records), open);
    }

    @Override
    public List<Intent> ranges(String type) {
        List<RecordId> open = work("read", session -> calls.openRanges(session.run(), type));
        return together(rows.ranges(type), open);
    }

    private static List<Intent> together(List<Intent> kept, Collection<RecordId> open) {
        List<Intent> seen = new ArrayList<>(kept);
        for (RecordId each : open) {
            seen.add(new Intent(-1 - seen.size(), each, 0, false));
        }
        return seen;
    }

    @Override
    public void remove(Collection<Intent> intents) {
        rows.remove(intents.stream().filter(intent -> intent.id() > 0).toList());
    }

    @Override
    public void postpone(Collection<RecordId> records, Postponement postponement) {
        rows.postpone(records, postponement);
    }

    @Override
    public Backlog backlog() {
        // Before the rows, as above.
        CallsUnderWay.Writes writes = work("measure", session -> calls.writes(session.run()));
        Backlog backlog = rows.backlog();
        Duration oldest = backlog.oldest().compareTo(writes.oldest()) > 0 ? backlog.oldest() : writes.oldest();
        return new Backlog(
                backlog.open() + writes.count(), backlog.quarantined(), oldest, backlog.ranges() + writes.ranges());
    }

    private <T extends @Nullable Object> T work(String what, Place.Work<T> work) {
        try {
            return place.commit(work);
        } catch (SQLException failure) {
            throw new JournalException("Could not " + what + " the journal of " + place, failure);
        }
    }
}
