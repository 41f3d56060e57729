package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Finds the rows that a side's journal holds of given records. Belongs to one thread, as its session does. */
record JournalRows(Session session, Place place) {
    private static final String COLUMNS =
            "select id, record_type, record_key, attempts, quarantined, due is not null from " + LibraryTables.JOURNAL;

    private static final String OF_TYPE = " where migration = ? and side = ? and record_type = ?";

    /** {@code marked}: whether it has been leased or put off before. */
    record Row(long id, RecordId record, boolean marked) {}

    static Row row(ResultSet row) throws SQLException {
        return new Row(row.getLong(1), record(row), row.getBoolean(6));
    }

    static RecordId record(ResultSet row) throws SQLException {
        return new RecordId(row.getString(2), row.getString(3));
    }

    /** {@code tail} narrows and orders each statement's rows, of which there are some per type and list of keys. */
    <T> List<T> of(Collection<RecordId> records, String tail, Statements.Reader<T> reader) throws SQLException {
        Map<String, List<String>> keysByType = new LinkedHashMap<>();
        for (RecordId record : records) {
            keysByType.computeIfAbsent(record.type(), type -> new ArrayList<>()).add(record.key());
        }
        List<T> found = new ArrayList<>();
        for (Map.Entry<String, List<String>> each : keysByType.entrySet()) {
            for (List<String> keys : InLists.of(new LinkedHashSet<>(each.getValue()))) {
                found.addAll(session.run()
                        .list(
                                COLUMNS + OF_TYPE + " and record_key in " + InLists.marks("?", keys.size()) + tail,
                                reader,
                                InLists.after(
                                        List.of(place.migration(), place.side().name(), each.getKey()), keys)));
            }
        }
        return found;
    }

    /** Whether there is none of this type. Passes over rows that were deleted and are still in the index. */
    boolean isEmpty(String type) throws SQLException {
        return session.run()
                .list(
                        COLUMNS + OF_TYPE + " order by record_key limit 1",
                        JournalRows::row,
                        place.migration(),
                        place.side().name(),
                        type)
                .isEmpty();
    }
}
