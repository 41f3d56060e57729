package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records that transfers have written on one side and nobody has confirmed since; a table beside them. */
final class RecheckList {
    private static final String TABLE = LibraryTables.RECHECK;
    private static final String WHERE = " where migration = ? and side = ? and record_type = ? and record_key = ?";

    private final Place place;

    RecheckList(Place place) {
        this.place = place;
    }

    /** Adds the records that are not on it. The session holds their stripes. */
    void add(Session session, Collection<RecordId> records) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (RecordId record : records) {
            @Nullable Object[] key = key(record);
            rows.add(new @Nullable Object[] {key[0], key[1], key[2], key[3], key[0], key[1], key[2], key[3]});
        }
        session.run()
                .batch(
                        "insert into " + TABLE + " (migration, side, record_type, record_key)"
                                + " select cast(? as varchar(100)), cast(? as varchar(6)), cast(? as varchar(100)),"
                                + " cast(? as varchar(400)) where not exists (select 1 from " + TABLE + WHERE + ")",
                        rows);
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
