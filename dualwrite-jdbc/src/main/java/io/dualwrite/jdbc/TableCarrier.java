package io.dualwrite.jdbc;

import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on the copy, in an order of which every step matters:
 *
 * <ol>
 *   <li>{@link #fence}: the copy's control row says COPY, and cannot be changed until the commit. Before the stripes: a
 *       transfer that waits for a stripe must not hold up a handover without having its place in it.
 *   <li>{@link #lockStripes}: from here on, nobody else brings these records over.
 *   <li>{@link #readAuthority}: a new snapshot, taken after the locks. What the last holder of the stripes has seen, this
 *       one sees too; reading before the lock would let it write an older state over a newer one.
 *   <li>{@link #harden}: what was read cannot be lost any more by a crash of the authority. A copy that had it all the same
 *       would differ from then on without an intent, which would be gone with the write.
 *   <li>{@link #apply}: what was found is updated or inserted by primary key, parents first; what was not is deleted,
 *       children first.
 *   <li>{@link #hardenCopy}: where nothing was left to do, since another transfer had just brought the same, it is sure that
 *       what that one has written cannot be lost any more either: intents are removed upon it.
 *   <li>{@link #note}: the records go on the list of those to be rechecked. Then the commit.
 * </ol>
 *
 * <p>Where a foreign key or a unique value on the copy is in the way, the transaction is rolled back and begun again with
 * the parents, children or holders that are missing from the batch: they are then read from the authority under their own
 * stripes like the rest. Each step is a method of its own, so that tests can leave it out and see the library notice.
 */
class TableCarrier implements Carrier {
    /** How often a batch is begun again with further records, and how many those may be in all. */
    private static final int ROUNDS = 16;

    private static final int MOST_RECORDS = 10_000;

    private final Sides<Place> places;
    private final Sides<ControlRows> controls;
    private final Tables tables;
    private final Relatives relatives;

    TableCarrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables) {
        this.places = places;
        this.controls = controls;
        this.tables = tables;
        this.relatives = new Relatives(tables);
    }

    @Override
    public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
        try {
            carryWithRelatives(authority, new LinkedHashSet<>(records), checkpoint);
        } catch (SQLException | IllegalStateException | IllegalArgumentException failure) {
            tables.forget(places.origin());
            tables.forget(places.target());
            throw failure;
        }
    }

    private void carryWithRelatives(Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint)
            throws SQLException {
        for (int round = 1; ; round++) {
            Map<RecordId, Row> rows = new LinkedHashMap<>();
            try {
                attempt(authority, batch, checkpoint, rows);
                return;
            } catch (SQLException failure) {
                Set<RecordId> more = round < ROUNDS ? further(failure, authority, batch, rows) : Set.of();
                if (more.isEmpty() || batch.size() + more.size() > MOST_RECORDS) {
                    throw failure;
                }
                batch.addAll(more);
            }
        }
    }

    /** One transaction. {@code rows} receives what was to be written, for finding out why it could not be. */
    void attempt(Side authority, Set<RecordId> batch, @Nullable Checkpoint checkpoint, Map<RecordId, Row> rows)
            throws SQLException {
        Place copy = places.of(authority.other());
        try (Session session = copy.begin()) {
            fence(session, copy);
            lockStripes(session, copy, batch, checkpoint);
            rows.putAll(mapped(authority, readAuthority(authority, batch)));
            apply(session, copy, batch, rows);
            hardenCopy(copy, session);
            if (checkpoint == null) {
                note(session, copy, batch);
            } else {
                new JdbcCheckpoints(copy).save(session, checkpoint);
            }
            session.commit();
        }
    }

    @Override
    public void settle(Side authority) throws SQLException {
        Place copy = places.of(authority.other());
        try (Session session = copy.begin()) {
            fence(session, copy);
            new Stripes(copy).lockAll(session);
            session.commit();
        }
    }

    @Override
    public int lane(RecordId record, int lanes) {
        return Stripes.lane(record, lanes);
    }

    void fence(Session session, Place copy) throws SQLException {
        ControlRow row = controls.of(copy.side()).hold(session.run());
        if (row.role() != Role.COPY) {
            throw new NotACopyException("The control row of " + copy + " says " + row.role()
                    + ", not COPY; nothing was written, look at the stage again");
        }
        copy.servers().require(session);
    }

    void lockStripes(Session session, Place copy, Set<RecordId> batch, @Nullable Checkpoint checkpoint)
            throws SQLException {
        List<RecordId> locked = new ArrayList<>(batch);
        if (checkpoint != null) {
            locked.add(JdbcCheckpoints.stripeOf(checkpoint));
        }
        new Stripes(copy).lock(session, locked);
    }

    /** The records as they are on the authority now, in its own shape; those that are not there are left out. */
    Map<RecordId, Row> readAuthority(Side authority, Set<RecordId> batch) throws SQLException {
        Map<RecordId, Row> rows = new LinkedHashMap<>();
        Place place = places.of(authority);
        try (Session snapshot = place.beginSnapshot()) {
            place.servers().require(snapshot);
            for (Table<?, ?> table : tables.inOrder()) {
                List<String> keys = Batches.keysOf(batch, table);
                if (!keys.isEmpty()) {
                    SideTable there = tables.at(place, snapshot.connection(), table.name());
                    new KeyedRows(snapshot, there)
                            .read(
                                    snapshot.dialect().selection(there.shape()),
                                    keys,
                                    (key, row) -> rows.put(new RecordId(table.name(), key), row));
                }
            }
            harden(place, snapshot);
            snapshot.commit();
        }
        return rows;
    }

    void harden(Place authority, Session snapshot) throws SQLException {
        authority.harden(snapshot);
    }

    void hardenCopy(Place copy, Session session) throws SQLException {
        copy.harden(session);
    }

    /** The rows of {@code authority} in the other side's shape. */
    Map<RecordId, Row> mapped(Side authority, Map<RecordId, Row> rows) {
        Map<RecordId, Row> mapped = new LinkedHashMap<>();
        rows.forEach((id, row) ->
                mapped.put(id, tables.get(id.type()).from(authority).apply(row)));
        return mapped;
    }

    /**
     * Makes the copy's records those of {@code rows}, and removes those of the batch that are not among them. References that
     * close a circle of tables lead nowhere until all rows are there, and before any of them goes.
     */
    void apply(Session session, Place copy, Set<RecordId> batch, Map<RecordId, Row> rows) throws SQLException {
        for (Table<?, ?> table : tables.inOrder()) {
            Map<RecordId, Row> mine = Batches.rowsOf(rows, table);
            if (!mine.isEmpty()) {
                SideTable there = tables.at(copy, session.connection(), table.name());
                mine.forEach((id, row) -> checkKey(there, id, row));
                RowWriter writer = new RowWriter(session, there);
                Set<RecordId> holders = new UniqueKeys(session, there, writer).makeWay(batch, mine);
                if (!holders.isEmpty()) {
                    throw new FurtherRecordsException(holders);
                }
                mine.replaceAll((id, row) -> there.cleared(table.laterReferences(), row));
                for (Map<RecordId, Row> generation : Generations.of(there, mine)) {
                    writer.upsert(generation);
                }
            }
        }
        for (Table<?, ?> table : tables.inOrder()) {
            if (!table.laterReferences().isEmpty()) {
                RowWriter writer = new RowWriter(session, tables.at(copy, session.connection(), table.name()));
                writer.upsert(Batches.rowsOf(rows, table));
                writer.unlink(table.laterReferences(), Batches.goneOf(batch, table, rows));
            }
        }
        for (Table<?, ?> table : tables.inReverse()) {
            List<String> gone = Batches.goneOf(batch, table, rows);
            if (!gone.isEmpty()) {
                RowWriter writer = new RowWriter(session, tables.at(copy, session.connection(), table.name()));
                writer.unlink(Generations.within(table), gone);
                writer.delete(gone);
            }
        }
    }

    private static void checkKey(SideTable there, RecordId id, Row row) {
        if (!there.keyOf(row).equals(id.key())) {
            throw new IllegalStateException("The mapping of " + id + " to the " + there.side()
                    + " changes its key; a record has one key on both sides");
        }
    }

    /** Puts the records on the list of those to be rechecked; their stripes are held, so none is put there twice. */
    void note(Session session, Place copy, Set<RecordId> batch) throws SQLException {
        new RecheckList(copy).add(session, batch);
    }

    /** The records outside of the batch without which it cannot be written; empty when that is not why it failed. */
    private Set<RecordId> further(SQLException failure, Side authority, Set<RecordId> batch, Map<RecordId, Row> rows)
            throws SQLException {
        if (failure instanceof FurtherRecordsException further) {
            return further.records();
        }
        return Dialect.isForeignKey(failure) ? relatives(authority, batch, rows) : Set.of();
    }

    /** The parents and children outside of the batch that foreign keys on the copy may have asked for. */
    private Set<RecordId> relatives(Side authority, Set<RecordId> batch, Map<RecordId, Row> rows) throws SQLException {
        Place copy = places.of(authority.other());
        try (Session session = copy.begin()) {
            Set<RecordId> more = relatives.missingParents(session, copy, rows);
            more.addAll(relatives.children(session, copy, batch, rows));
            more.removeAll(batch);
            return more;
        }
    }
}
