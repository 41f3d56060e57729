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
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The journal of one side, a table beside its records. Rows are only inserted, marked and deleted by number, and the number
 * is the only unique thing about them: two writers of one record never wait for each other here, and none waits for the
 * relay. Leases are short commits by the database's clock.
 */
final class JdbcJournal implements Journal {
    private static final String TABLE = LibraryTables.JOURNAL;
    private static final String MINE = " migration = ? and side = ?";

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
                        "update " + TABLE + " set quarantined = ?, attempts = 0, due = null, leased_until = null where"
                                + MINE + " and generation < ? and (quarantined = ? or attempts > 0)",
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
        return work("claim intents from", session -> {
            Map<Long, RecordId> rows = new LinkedHashMap<>();
            session.run()
                    .list(
                            claimable(session.dialect(), claim.urgent()),
                            row -> rows.put(row.getLong(1), new RecordId(row.getString(2), row.getString(3))),
                            place.migration(),
                            place.side().name(),
                            claim.max());
            for (List<Long> ids : InLists.of(rows.keySet())) {
                session.run()
                        .update(
                                "update " + TABLE + " set leased_until = "
                                        + session.dialect().afterMicros() + " where id in "
                                        + InLists.marks("?", ids.size()),
                                values(List.of(claim.lease().toNanos() / 1000), ids));
            }
            return List.copyOf(new LinkedHashSet<>(rows.values()));
        });
    }

    /**
     * The oldest rows of records of which no row is taken or put off. A row is asked for its own state as well, which the
     * database looks at once more when it has locked the row; of the record's other rows it knows what was committed before.
     * So two claims at the same instant may still get different rows of one record: that costs one transfer too many, and no
     * more. Only rows locked here are leased, so that claims never wait for each other.
     */
    private static String claimable(Dialect dialect, boolean urgent) {
        return "select j.id, j.record_type, j.record_key from " + TABLE + " j where j.migration = ? and j.side = ?"
                + " and not " + isOff("j", dialect, urgent) + " and not exists (select 1 from " + TABLE
                + " o where o.record_key = j.record_key and o.record_type = j.record_type and o.migration = j.migration"
                + " and o.side = j.side and " + isOff("o", dialect, urgent)
                + ") order by j.id limit ? for update skip locked";
    }

    private static String isOff(String row, Dialect dialect, boolean urgent) {
        String quarantined = row + ".quarantined";
        return urgent
                ? quarantined
                : "(" + quarantined + " or coalesce(" + row + ".due > " + dialect.now() + ", false) or coalesce(" + row
                        + ".leased_until > " + dialect.now() + ", false))";
    }

    @Override
    public List<Intent> seen(Collection<RecordId> records) {
        return work("read", session -> find(session, records, "", JdbcJournal::intent));
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
            // One by one: for a list MariaDB may read the whole table, and wait there for writers' rows.
            session.run()
                    .batch(
                            "delete from " + TABLE + " where id = ?",
                            intents.stream()
                                    .map(Intent::id)
                                    .sorted()
                                    .map(id -> new @Nullable Object[] {id})
                                    .toList());
            return intents;
        });
    }

    @Override
    public void postpone(Collection<RecordId> records, Postponement postponement) {
        work("postpone intents of", session -> {
            // Changed in the order of their numbers, as everywhere, so that nobody waits in a circle; not locked
            // before, which
            // would wait for writers of the same records.
            List<Long> rows = find(session, records, " order by id", row -> row.getLong(1));
            for (List<Long> ids : InLists.of(rows)) {
                session.run()
                        .update(
                                "update " + TABLE + " set leased_until = null, due = "
                                        + session.dialect().afterMicros()
                                        + ", attempts = attempts + ?, quarantined = ? where id in "
                                        + InLists.marks("?", ids.size()),
                                values(
                                        List.<Object>of(
                                                postponement.delay().toNanos() / 1000,
                                                postponement.attempted() ? 1 : 0,
                                                postponement.quarantined()),
                                        ids));
            }
            return rows;
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

    /** Rows of these records; {@code tail} orders each statement's. */
    private <T> List<T> find(Session session, Collection<RecordId> records, String tail, Statements.Reader<T> reader)
            throws SQLException {
        Map<String, Set<String>> keysByType = new LinkedHashMap<>();
        for (RecordId record : records) {
            keysByType
                    .computeIfAbsent(record.type(), type -> new LinkedHashSet<>())
                    .add(record.key());
        }
        List<T> found = new ArrayList<>();
        for (Map.Entry<String, Set<String>> each : keysByType.entrySet()) {
            for (List<String> keys : InLists.of(each.getValue())) {
                found.addAll(session.run()
                        .list(
                                "select id, record_type, record_key, attempts, quarantined from " + TABLE + " where"
                                        + MINE + " and record_type = ? and record_key in "
                                        + InLists.marks("?", keys.size()) + tail,
                                reader,
                                values(List.of(place.migration(), place.side().name(), each.getKey()), keys)));
            }
        }
        return found;
    }

    private static Intent intent(ResultSet row) throws SQLException {
        return new Intent(
                row.getLong(1), new RecordId(row.getString(2), row.getString(3)), row.getInt(4), row.getBoolean(5));
    }

    private static @Nullable Object[] values(List<?> first, List<?> then) {
        @Nullable Object[] values = Arrays.copyOf(first.toArray(), first.size() + then.size());
        System.arraycopy(then.toArray(), 0, values, first.size(), then.size());
        return values;
    }

    private <T> T work(String what, Place.Work<T> work) {
        try {
            return place.commit(work);
        } catch (SQLException failure) {
            throw new JournalException("Could not " + what + " the journal of " + place, failure);
        }
    }
}
