package io.dualwrite.jdbc;

import io.dualwrite.journal.Claim;
import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One claim of a journal, in one transaction: pages through the oldest rows, longer pages each time, and leases one row of a
 * record, which is enough for others to leave the record alone. Every step is a statement with one sensible plan on each
 * engine. Asked in a single one for rows of records of which no row is off, databases read all rows of a record, or the whole
 * table, once per row.
 *
 * <p>A row is looked at once more when it has been locked; of the record's other rows is known what was committed before. So
 * two claims at the same instant may still get the same record by different rows of it: that costs one transfer too many, and
 * no more. Only rows locked here are leased, so that claims never wait for each other. One use, by one thread.
 */
final class Claiming {
    private static final int SHORTEST_PAGE = 200;
    private static final int LONGEST_PAGE = 10_000;

    private final Session session;
    private final Place place;
    private final Claim claim;
    private final String isOff;
    private final Set<RecordId> met = new HashSet<>();
    private final Map<Long, RecordId> taken = new LinkedHashMap<>();

    Claiming(Session session, Place place, Claim claim) {
        this.session = session;
        this.place = place;
        this.claim = claim;
        this.isOff = claim.urgent()
                ? "quarantined"
                : "(due is not null and due > " + session.dialect().asOf() + ")";
    }

    /** The records that were claimed, the oldest first. */
    List<RecordId> take() throws SQLException {
        int size = Math.max(SHORTEST_PAGE, 2 * claim.max());
        long last = Long.MIN_VALUE;
        boolean more = true;
        while (more && taken.size() < claim.max()) {
            Map<Long, RecordId> page = page(last, size);
            lock(List.copyOf(free(page)));
            more = page.size() == size;
            for (long id : page.keySet()) {
                last = id;
            }
            size = Math.min(LONGEST_PAGE, 2 * size);
        }
        lease();
        return List.copyOf(taken.values());
    }

    /**
     * The "case" keeps PostgreSQL without statistics from expecting next to nothing, for which it would read and sort the
     * whole table.
     */
    private Map<Long, RecordId> page(long last, int size) throws SQLException {
        Map<Long, RecordId> page = new LinkedHashMap<>();
        session.run()
                .list(
                        "select id, record_type, record_key from " + LibraryTables.JOURNAL
                                + " where id > ? and case when migration = ? and side = ? then not " + isOff
                                + " else false end order by id limit ?",
                        row -> page.put(row.getLong(1), JournalRows.record(row)),
                        last,
                        place.migration(),
                        place.side().name(),
                        size);
        return page;
    }

    /** The oldest row of each record that no page before has had, and of which no row is off. */
    private Collection<Long> free(Map<Long, RecordId> page) throws SQLException {
        Map<RecordId, Long> oldest = new LinkedHashMap<>();
        page.forEach((id, record) -> {
            if (met.add(record)) {
                oldest.put(record, id);
            }
        });
        new JournalRows(session, place)
                .of(oldest.keySet(), " and " + isOff, JournalRows::record)
                .forEach(oldest::remove);
        return oldest.values();
    }

    private void lock(List<Long> free) throws SQLException {
        int from = 0;
        while (from < free.size() && taken.size() < claim.max()) {
            int to = Math.min(free.size(), from + Math.min(InLists.MOST, claim.max() - taken.size()));
            for (List<Long> ids : InLists.of(free.subList(from, to))) {
                session.run()
                        .list(
                                "select id, record_type, record_key from " + LibraryTables.JOURNAL + " where id in "
                                        + InLists.marks("?", ids.size()) + " and not " + isOff
                                        + " order by id for update skip locked",
                                row -> taken.put(row.getLong(1), JournalRows.record(row)),
                                ids.toArray());
            }
            from = to;
        }
    }

    private void lease() throws SQLException {
        for (List<Long> ids : InLists.of(taken.keySet())) {
            session.run()
                    .update(
                            "update " + LibraryTables.JOURNAL + " set due = "
                                    + session.dialect().afterMicros() + " where id in "
                                    + InLists.marks("?", ids.size()),
                            InLists.after(List.of(claim.lease().toNanos() / 1000), ids));
        }
    }
}
