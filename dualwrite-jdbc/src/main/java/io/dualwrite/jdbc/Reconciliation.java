package io.dualwrite.jdbc;

import io.dualwrite.journal.Intent;
import io.dualwrite.repair.Unreconciled;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a side has accepted and not handed on when the authority was taken from it: the records in its journal, which
 * somebody has to decide about one by one. A value that is taken over is written to the authority as any other write, fenced
 * and with its intent, and so comes to the copies there will be. Thread-safe; blocks on both databases.
 */
final class Reconciliation {
    private static final int CHUNK = 200;

    private final Sides<Place> places;
    private final Sides<ControlRows> controls;
    private final Sides<JdbcJournal> journals;
    private final Tables tables;
    private final TableCarrier carrier;
    private final Side lost;

    Reconciliation(
            Sides<Place> places,
            Sides<ControlRows> controls,
            Sides<JdbcJournal> journals,
            Tables tables,
            TableCarrier carrier,
            Side lost) {
        this.places = places;
        this.controls = controls;
        this.journals = journals;
        this.tables = tables;
        this.carrier = carrier;
        this.lost = lost;
    }

    /** The first {@code most} of them, those that have been waiting for longest first. */
    List<Unreconciled> list(int most) throws SQLException {
        refuseUnlessLost();
        Place place = places.of(lost);
        return place.commit(session -> session.run()
                .list(
                        "select record_type, record_key, "
                                + session.dialect()
                                        .micros(
                                                "min(created)",
                                                session.dialect().now())
                                + " from " + LibraryTables.JOURNAL
                                + " where migration = ? and side = ? group by record_type, record_key"
                                + " order by min(id) limit ?",
                        row -> new Unreconciled(
                                new RecordId(row.getString(1), row.getString(2)),
                                Duration.ofNanos(Math.max(0, row.getLong(3)) * 1000)),
                        place.migration(),
                        lost.name(),
                        most));
    }

    /**
     * Makes these records on the authority what they are on the lost side, which may be that they are not there. Of a range
     * it takes every record that either side has in it, chunk by chunk.
     */
    void take(Collection<RecordId> records) throws SQLException {
        refuseUnlessLost();
        Set<RecordId> single = new LinkedHashSet<>(records);
        single.removeIf(RecordId::isRange);
        if (!single.isEmpty()) {
            takeSingle(single);
        }
        for (RecordId range : new LinkedHashSet<>(records)) {
            if (range.isRange()) {
                List<Intent> seen = journals.of(lost).seen(Set.of(range));
                refuseUnlessLost();
                takeRange(RecordRange.of(range));
                journals.of(lost).remove(seen);
            }
        }
    }

    private void takeRange(RecordRange range) throws SQLException {
        RecordType<?, ?> type = tables.get(range.type()).type();
        TableScan scan = new TableScan(places, tables);
        String after = range.first();
        TreeSet<String> keys = new TreeSet<>(type::inKeyOrder);
        if (after != null) {
            keys.add(after);
        }
        while (true) {
            for (Side side : Side.values()) {
                keys.addAll(scan.keysAfter(side, type.name(), after, CHUNK));
            }
            List<String> chunk = keys.stream().limit(CHUNK).toList();
            List<RecordId> within = chunk.stream()
                    .map(key -> new RecordId(type.name(), key))
                    .filter(record -> type.isIn(range, record))
                    .toList();
            if (within.isEmpty()) {
                return;
            }
            takeSingle(new LinkedHashSet<>(within));
            after = chunk.get(chunk.size() - 1);
            keys.clear();
        }
    }

    /**
     * What is written is what the lost side had: once the authority is held, that side cannot come to lead again, and it is
     * looked at after it was read. Whoever decides late, when somebody else has let it follow, writes nothing.
     */
    private void takeSingle(Set<RecordId> batch) throws SQLException {
        Side authority = lost.other();
        Place place = places.of(authority);
        List<Intent> seen;
        try (Session session = place.begin()) {
            ControlRow row = controls.of(authority).hold(session.run());
            if (row.role() != Role.AUTHORITY) {
                throw new IllegalStateException(
                        place + " says " + row.role() + ", not AUTHORITY; nothing was written, look at the stage");
            }
            seen = journals.of(lost).seen(batch);
            carrier.apply(session, place, batch, carrier.mapped(lost, carrier.readAuthority(lost, batch)));
            if (row.journalled()) {
                journals.of(authority).append(session.connection(), row.generation(), batch);
            }
            refuseUnlessLost(row);
            session.commit();
        }
        journals.of(lost).remove(seen);
    }

    /** Forgets what the lost side has of these records; it is overwritten when that side follows again. */
    void drop(Collection<RecordId> records) {
        // Before the look at the rows: who is late must not forget what that side accepts once it leads again.
        List<Intent> seen = journals.of(lost).seen(records);
        refuseUnlessLost();
        journals.of(lost).remove(seen);
    }

    private void refuseUnlessLost() {
        refuseUnlessLost(controls.of(lost.other()).read());
    }

    private void refuseUnlessLost(ControlRow authority) {
        ControlRow row = controls.of(lost).read();
        boolean closed = row.role() == Role.CLOSED && row.remaining() == null;
        if (!closed || authority.role() != Role.AUTHORITY || authority.handover() <= row.handover()) {
            throw new IllegalStateException("The " + lost + " is " + row.role() + " at handover " + row.handover()
                    + " and the " + lost.other() + " " + authority.role() + " at " + authority.handover()
                    + ": there is something to reconcile only on a side that was lost and has been closed since");
        }
    }
}
