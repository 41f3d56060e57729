package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls to one side's store that are under way, a table in the journal's database: one row per call and record,
 * committed before the call is made. Whoever made the call takes its rows away when the call has ended; where nobody does,
 * the row runs out after the grace, by the database's clock. A row that is still there is the proof that nobody has acted as
 * if the call were over: whoever does, takes the row away first. Thread-safe; works in the transactions of its callers.
 */
class CallsUnderWay {
    private static final String TABLE = LibraryTables.CALL;
    private static final String MINE = " where migration = ? and side = ?";

    /** What a call is for. */
    enum Purpose {
        /** An application's write to the authority. */
        WRITE,
        /** A transfer's, or a comparison's, on the copy: nobody else works on this record meanwhile. */
        TRANSFER,
        /** A transfer's write that failed, so that nobody knows whether it takes effect yet. */
        IN_DOUBT,
        /** Writes that were begun while the journal was off, all of them. */
        UNJOURNALLED
    }

    private final Place place;
    private final Duration grace;

    /** Calls to the store of this place's side, given up after {@code grace}. */
    CallsUnderWay(Place place, Duration grace) {
        this.place = place;
        this.grace = grace;
    }

    /** Writes of which nothing is known may have begun while whoever switches the journal on was waiting for locks. */
    private Duration allowed(Purpose purpose) {
        return purpose == Purpose.UNJOURNALLED
                ? grace.plus(place.limits().lock().multipliedBy(2))
                : grace;
    }

    /** Notes a call; it must not be made before this is committed. */
    void begin(Statements statements, String call, Purpose purpose, int generation, Collection<RecordId> records)
            throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>(records.size());
        for (RecordId record : records) {
            rows.add(new @Nullable Object[] {
                place.migration(),
                place.side().name(),
                call,
                purpose.name(),
                record.type(),
                record.key(),
                generation,
                allowed(purpose).toNanos() / 1000
            });
        }
        statements.batch(
                "insert into " + TABLE
                        + " (migration, side, call_id, purpose, record_type, record_key, generation, ends_by)"
                        + " values (?, ?, ?, ?, ?, ?, ?, "
                        + statements.dialect().afterMicros() + ")",
                rows);
    }

    /** Notes, by a call of its own that nobody ends, that there may be writes under way of which nothing is known. */
    void beginUnjournalled(Statements statements, String call, int generation) throws SQLException {
        begin(statements, call, Purpose.UNJOURNALLED, generation, List.of(new RecordId("any", "")));
    }

    /** Takes a call's rows away. Returns how many were there: all that were noted, unless somebody has given the call up. */
    int end(Statements statements, String call) throws SQLException {
        return statements.update("delete from " + TABLE + " where call_id = ?", call);
    }

    /** Notes that nobody knows how this call for this one record ends, and takes its other rows away. */
    void endInDoubt(Statements statements, String call, RecordId doubtful) throws SQLException {
        statements.update(
                "delete from " + TABLE + " where call_id = ? and not (record_type = ? and record_key = ?)",
                call,
                doubtful.type(),
                doubtful.key());
        statements.update("update " + TABLE + " set purpose = ? where call_id = ?", Purpose.IN_DOUBT.name(), call);
    }

    /** Which of these records have a call of that purpose that has not been ended and has not run out. */
    Set<RecordId> live(Statements statements, Purpose purpose, Collection<RecordId> records) throws SQLException {
        return find(
                statements,
                purpose,
                records,
                " and ends_by > " + statements.dialect().now());
    }

    /** Which of these records have a call of that purpose that nobody has ended, run out or not. */
    Set<RecordId> open(Statements statements, Purpose purpose, Collection<RecordId> records) throws SQLException {
        return find(statements, purpose, records, "");
    }

    private Set<RecordId> find(Statements statements, Purpose purpose, Collection<RecordId> records, String andMore)
            throws SQLException {
        Map<String, Set<String>> keysByType = new LinkedHashMap<>();
        records.forEach(record -> keysByType
                .computeIfAbsent(record.type(), type -> new LinkedHashSet<>())
                .add(record.key()));
        Set<RecordId> found = new LinkedHashSet<>();
        for (Map.Entry<String, Set<String>> each : keysByType.entrySet()) {
            for (List<String> keys : InLists.of(each.getValue())) {
                List<@Nullable Object> values =
                        new ArrayList<>(List.of(place.migration(), place.side().name(), purpose.name(), each.getKey()));
                values.addAll(keys);
                found.addAll(statements.list(
                        "select record_key from " + TABLE + MINE
                                + " and purpose = ? and record_type = ? and record_key in "
                                + InLists.marks("?", keys.size()) + andMore,
                        row -> new RecordId(each.getKey(), row.getString(1)),
                        values.toArray()));
            }
        }
        return found;
    }

    /** The ranges of that type with a write that nobody has ended, run out or not. */
    List<RecordId> openRanges(Statements statements, String type) throws SQLException {
        return statements.list(
                "select record_type, record_key from " + TABLE + MINE + " and purpose = 'WRITE' and record_type = ?",
                row -> new RecordId(row.getString(1), row.getString(2)),
                place.migration(),
                place.side().name(),
                type + RecordRange.MARK);
    }

    /** The calls that transfers have under way, and those of which nobody knows, as far as they have not run out. */
    Set<String> carrying(Statements statements) throws SQLException {
        return new HashSet<>(statements.list(
                "select distinct call_id from " + TABLE + MINE
                        + " and purpose in ('TRANSFER', 'IN_DOUBT') and ends_by > "
                        + statements.dialect().now(),
                row -> row.getString(1),
                place.migration(),
                place.side().name()));
    }

    /** Whether any call of that purpose has not been ended and has not run out. */
    boolean anyLive(Statements statements, Purpose purpose) throws SQLException {
        Long count = statements.first(
                "select count(*) from " + TABLE + MINE + " and purpose = ? and ends_by > "
                        + statements.dialect().now(),
                row -> row.getLong(1),
                place.migration(),
                place.side().name(),
                purpose.name());
        return count != null && count > 0;
    }

    /** Gives up the calls of that purpose that have run out: their owners find nothing to end, and know. */
    void giveUp(Statements statements, Purpose purpose) throws SQLException {
        statements.update(
                "delete from " + TABLE + MINE + " and purpose = ? and ends_by <= "
                        + statements.dialect().now(),
                place.migration(),
                place.side().name(),
                purpose.name());
    }

    /** Gives up the calls of that purpose for these records that have run out. */
    void giveUp(Statements statements, Purpose purpose, Collection<RecordId> records) throws SQLException {
        for (RecordId record : open(statements, purpose, records)) {
            statements.update(
                    "delete from " + TABLE + MINE
                            + " and purpose = ? and record_type = ? and record_key = ? and ends_by <= "
                            + statements.dialect().now(),
                    place.migration(),
                    place.side().name(),
                    purpose.name(),
                    record.type(),
                    record.key());
        }
    }

    /** A call for one record that has run out. */
    record Expired(String call, RecordId record, int generation) {}

    /** Some writes that have run out, the oldest first. Takes no lock. */
    List<Expired> expiredWrites(Statements statements, int most) throws SQLException {
        return statements.list(
                "select call_id, record_type, record_key, generation from " + TABLE + MINE
                        + " and purpose = 'WRITE' and ends_by <= "
                        + statements.dialect().now() + " order by ends_by limit ?",
                row -> new Expired(row.getString(1), new RecordId(row.getString(2), row.getString(3)), row.getInt(4)),
                place.migration(),
                place.side().name(),
                most);
    }

    /** Gives this one up; false when somebody else has, or its owner has ended it. */
    boolean giveUp(Statements statements, Expired expired) throws SQLException {
        return statements.update(
                        "delete from " + TABLE + " where call_id = ? and record_type = ? and record_key = ?",
                        expired.call(),
                        expired.record().type(),
                        expired.record().key())
                > 0;
    }

    /**
     * The writes that nobody has ended.
     *
     * @param count how many rows
     * @param oldest the age of the oldest
     * @param ranges how many of them are of ranges
     */
    record Writes(long count, Duration oldest, long ranges) {}

    /** The writes that nobody has ended, run out or not. */
    Writes writes(Statements statements) throws SQLException {
        Writes writes = statements.first(
                "select count(*), "
                        + statements
                                .dialect()
                                .micros("min(created)", statements.dialect().now())
                        + ", count(case when record_type like '%" + RecordRange.MARK + "' then 1 end) from " + TABLE
                        + MINE + " and purpose = 'WRITE'",
                row -> new Writes(row.getLong(1), Duration.ofNanos(Math.max(0, row.getLong(2)) * 1000), row.getLong(3)),
                place.migration(),
                place.side().name());
        return writes == null ? new Writes(0, Duration.ZERO, 0) : writes;
    }
}
