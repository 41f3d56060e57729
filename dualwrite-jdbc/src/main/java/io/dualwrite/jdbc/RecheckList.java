package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The records that transfers have written on one side and nobody has confirmed since; a table beside them. */
final class RecheckList {
    private static final String TABLE = LibraryTables.RECHECK;
    private static final String WHERE = " where migration = ? and side = ? and record_type = ? and record_key = ?";

    private static final String INSERT =
            "insert into " + TABLE + " (migration, side, record_type, record_key) values (?, ?, ?, ?)";

    private final Place place;

    RecheckList(Place place) {
        this.place = place;
    }

    /** Adds the records that are not on it. The session holds their stripes. */
    void add(Session session, Collection<RecordId> records) throws SQLException {
        String orLeave = session.dialect().orLeave();
        Set<RecordId> there = orLeave == null ? present(session, records) : Set.of();
        session.run()
                .batch(
                        INSERT + (orLeave == null ? "" : orLeave),
                        records.stream()
                                .filter(record -> !there.contains(record))
                                .map(this::key)
                                .toList());
    }

    private Set<RecordId> present(Session session, Collection<RecordId> records) throws SQLException {
        Map<String, List<String>> keysByType = new LinkedHashMap<>();
        records.forEach(record -> keysByType
                .computeIfAbsent(record.type(), any -> new ArrayList<>())
                .add(record.key()));
        Set<RecordId> present = new HashSet<>();
        for (Map.Entry<String, List<String>> each : keysByType.entrySet()) {
            for (List<String> keys : InLists.of(each.getValue())) {
                List<@Nullable Object> values =
                        new ArrayList<>(List.of(place.migration(), place.side().name(), each.getKey()));
                values.addAll(keys);
                present.addAll(session.run()
                        .list(
                                "select record_key from " + TABLE
                                        + " where migration = ? and side = ? and record_type = ? and record_key in "
                                        + InLists.marks("?", keys.size()),
                                row -> new RecordId(each.getKey(), row.getString(1)),
                                values.toArray()));
            }
        }
        return present;
    }

    /** Changes nothing, but so that the commit has something to say. */
    void addAndRemove(Statements statements, RecordId record) throws SQLException {
        statements.update(INSERT, key(record));
        statements.update("delete from " + TABLE + WHERE, key(record));
    }

    /** Takes the records off it. The session holds their stripes. */
    void remove(Session session, Collection<RecordId> records) throws SQLException {
        session.run()
                .batch(
                        "delete from " + TABLE + WHERE,
                        records.stream().map(this::key).toList());
    }

    /** Up to {@code limit} of them, those that have been on it for longest first. */
    List<RecordId> oldest(int limit) throws SQLException {
        return place.commit(session -> session.run()
                .list(
                        "select record_type, record_key from " + TABLE
                                + " where migration = ? and side = ? order by noted limit ?",
                        row -> new RecordId(row.getString(1), row.getString(2)),
                        place.migration(),
                        place.side().name(),
                        limit));
    }

    private @Nullable Object[] key(RecordId record) {
        return new @Nullable Object[] {place.migration(), place.side().name(), record.type(), record.key()};
    }
}
