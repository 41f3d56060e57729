package io.dualwrite.jdbc;

import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalException;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The journal of one side, a table beside its records. Rows are only inserted, marked and deleted by number, and the number
 * is the only unique thing about them: two writers of one record never wait for each other here, and none waits for the
 * relay. Leases are short commits by the database's clock.
 */
final class JdbcJournal implements Journal {
    private static final String TABLE = LibraryTables.JOURNAL;
    /** So many records are asked about by backfills, most of whose records have no intent. */
    private static final int MANY = 1_000;

    private static final String MINE = " migration = ? and side = ?";
    /** How long the quarantined are off, unless released. */
    private static final Duration FOR_GOOD = Duration.ofDays(100 * 365);

    private final Place place;

    JdbcJournal(Place place) {
        this.place = place;
    }

    /** Adds one intent per record in the transaction that the connection is in; the caller commits. */
    void append(Connection connection, int generation, Collection<RecordId> records) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>(records.size());
        for (RecordId record : records) {
            rows.add(new @Nullable Object[] {
                place.migration(), place.side().name(), record.type(), record.key(), generation
            });
        }
        new Statements(connection, place.dialect(connection), 0)
                .batch(
                        "insert into " + TABLE
                                + " (migration, side, record_type, record_key, generation) values (?, ?, ?, ?, ?)",
                        rows);
    }

    /**
     * Gives what was put off or quarantined before this generation a new chance: its backfill brings every record over again,
     * and what failed then need not fail now. In the transaction that begins the generation.
     */
    void beginGeneration(Session session, int generation) throws SQLException {
        session.run()
                .update(
                        "update " + TABLE + " set quarantined = ?, attempts = 0, due = null where" + MINE
                                + " and generation < ? and (quarantined = ? or attempts > 0)",
                        false,
                        place.migration(),
                        place.side().name(),
                        generation,
                        true);
    }

    @Override
    public void append(Collection<RecordId> records) {
        work("add intents to", session -> {
            Integer generation = session.run()
                    .first(
                            "select max(generation) from " + LibraryTables.CONTROL + " where" + MINE,
                            row -> row.getInt(1),
                            place.migration(),
                            place.side().name());
            append(session.connection(), generation == null ? 0 : generation, records);
            return records;
        });
    }

    @Override
    public List<RecordId> claim(Claim claim) {
        return work("claim intents from", session -> new Claiming(session, place, claim).take());
    }

    @Override
    public List<Intent> seen(Collection<RecordId> records) {
        return work("read", session -> {
            JournalRows rows = new JournalRows(session, place);
            return rows.of(records.size() < MANY ? records : withIntents(rows, records), "", JdbcJournal::intent);
        });
    }

    /** Those of types of which there is anything. */
    private static List<RecordId> withIntents(JournalRows rows, Collection<RecordId> records) throws SQLException {
        Set<String> types = new TreeSet<>();
        for (RecordId record : records) {
            types.add(record.type());
        }
        Set<String> empty = new HashSet<>();
        for (String type : types) {
            if (rows.isEmpty(type)) {
                empty.add(type);
            }
        }
        return records.stream().filter(record -> !empty.contains(record.type())).toList();
    }

    @Override
    public List<Intent> ranges(String type) {
        return work(
                "read",
                session -> session.run()
                        .list(
                                "select id, record_type, record_key, attempts, quarantined from " + TABLE + " where"
                                        + MINE + " and record_type = ?",
                                JdbcJournal::intent,
                                place.migration(),
                                place.side().name(),
                                type + RecordRange.MARK));
    }

    @Override
    public void remove(Collection<Intent> intents) {
        work("remove intents from", session -> {
            List<Long> ids = intents.stream().map(Intent::id).sorted().toList();
            if (session.dialect().deletesByList()) {
                for (List<Long> list : InLists.of(ids)) {
                    session.run()
                            .update(
                                    "delete from " + TABLE + " where id in " + InLists.marks("?", list.size()),
                                    list.toArray());
                }
            } else {
                session.run()
                        .batch(
                                "delete from " + TABLE + " where id = ?",
                                ids.stream()
                                        .map(id -> new @Nullable Object[] {id})
                                        .toList());
            }
            return intents;
        });
    }

    /**
     * Marks the rows that are marked already, or else the oldest: one is enough to keep a record from being claimed, and
     * thousands of them would leave thousands of dead versions behind. All of them go into quarantine, and come back.
     */
    @Override
    public void postpone(Collection<RecordId> records, Postponement postponement) {
        work("postpone intents of", session -> {
            // In the order of their numbers, as everywhere, so that nobody waits in a circle.
            Set<Long> marked = new TreeSet<>();
            Set<RecordId> done = new HashSet<>();
            Map<RecordId, Long> unmarked = new LinkedHashMap<>();
            for (JournalRows.Row row : new JournalRows(session, place).of(records, " order by id", JournalRows::row)) {
                if (postponement.quarantined() || row.marked()) {
                    marked.add(row.id());
                    done.add(row.record());
                } else {
                    unmarked.putIfAbsent(row.record(), row.id());
                }
            }
            unmarked.keySet().removeAll(done);
            marked.addAll(unmarked.values());
            Duration delay = postponement.quarantined() ? FOR_GOOD : postponement.delay();
            for (List<Long> ids : InLists.of(marked)) {
                session.run()
                        .update(
                                "update " + TABLE + " set due = "
                                        + session.dialect().afterMicros()
                                        + ", attempts = attempts + ?, quarantined = ? where id in "
                                        + InLists.marks("?", ids.size()),
                                InLists.after(
                                        List.<Object>of(
                                                delay.toNanos() / 1000,
                                                postponement.attempted() ? 1 : 0,
                                                postponement.quarantined()),
                                        ids));
            }
            return marked;
        });
    }

    @Override
    public Backlog backlog() {
        return work("measure", session -> {
            Dialect dialect = session.dialect();
            Backlog backlog = session.run()
                    .first(
                            "select count(case when quarantined then null else 1 end), count(case when quarantined then 1 end), "
                                    + dialect.micros("min(created)", dialect.now())
                                    + ", count(case when record_type like '%" + RecordRange.MARK + "' then 1 end) from "
                                    + TABLE + " where" + MINE,
                            row -> new Backlog(
                                    row.getLong(1),
                                    row.getLong(2),
                                    // A clock that was set back makes no intent younger than new.
                                    Duration.ofNanos(Math.max(0, row.getLong(3)) * 1000),
                                    row.getLong(4)),
                            place.migration(),
                            place.side().name());
            return backlog == null ? Backlog.NONE : backlog;
        });
    }

    private static Intent intent(ResultSet row) throws SQLException {
        return new Intent(row.getLong(1), JournalRows.record(row), row.getInt(4), row.getBoolean(5));
    }

    private <T> T work(String what, Place.Work<T> work) {
        try {
            return place.commit(work);
        } catch (SQLException failure) {
            throw new JournalException("Could not " + what + " the journal of " + place, failure);
        }
    }
}
