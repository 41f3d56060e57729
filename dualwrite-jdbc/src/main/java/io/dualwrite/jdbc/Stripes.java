package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The locks that make transfers of one record follow each other. A record belongs to one of {@value LibraryTables#STRIPES}
 * rows in the copy's database; whoever writes or compares the record there locks that row first. The lock and the write are
 * one transaction, so a transfer that was paused for an hour has lost the right to write together with the lock.
 */
final class Stripes {
    private final Place place;

    Stripes(Place place) {
        this.place = place;
    }

    /** Locks the stripes of these records until the session ends, in ascending order, so that none waits in a circle. */
    void lock(Session session, Collection<RecordId> records) throws SQLException {
        TreeSet<Integer> numbers = new TreeSet<>();
        records.forEach(record -> numbers.add(of(record)));
        lock(session, numbers);
    }

    /** Locks every stripe until the session ends: whoever held one has come to an end. */
    void lockAll(Session session) throws SQLException {
        TreeSet<Integer> numbers = new TreeSet<>();
        for (int number = 0; number < LibraryTables.STRIPES; number++) {
            numbers.add(number);
        }
        lock(session, numbers);
    }

    private void lock(Session session, TreeSet<Integer> numbers) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>(numbers);
        values.add(place.migration());
        values.add(place.side().name());
        List<Integer> locked = session.run()
                .list(session.dialect().lockStripes(numbers.size()), row -> row.getInt(1), values.toArray());
        if (locked.size() != numbers.size()) {
            throw new SQLException("Rows of " + LibraryTables.STRIPE + " are missing on " + place
                    + "; apply the DDL that Schema prints, which puts them back");
        }
    }

    static int of(RecordId record) {
        // The text of a key is canonical: nodes agree on the stripe as they agree on the text.
        return Math.floorMod(31 * record.type().hashCode() + record.key().hashCode(), LibraryTables.STRIPES);
    }
}
