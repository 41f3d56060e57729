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
 *
 * <p>Which row that is may be anything, as long as everybody comes to the same by the record alone. It is chosen so that a
 * page of keys in order takes few: those of one block of keys share {@value #WITHIN} rows, among which they are spread
 * evenly. So backfills of several ranges seldom wait for each other, and threads that share out the records among them by
 * {@link #lane} never do.
 */
final class Stripes {
    /** How many rows a block of keys has. */
    static final int WITHIN = 8;

    private static final int BLOCKS = LibraryTables.STRIPES / WITHIN;
    /** Keys of one block differ in this many digits at the end. */
    private static final int DIGITS = 3;

    private static final int UUID_LENGTH = 36;
    private static final int UUID_VERSION = 14;

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
        int block = mixed(31 * record.type().hashCode() + block(record.key()).hashCode());
        return Math.floorMod(block, BLOCKS) * WITHIN
                + Math.floorMod(mixed(record.key().hashCode()), WITHIN);
    }

    /** Which of so many, {@value #WITHIN} at most, has the record where no two of them may need the same stripe. */
    static int lane(RecordId record, int of) {
        return of(record) % WITHIN % of;
    }

    /** What neighbours in the key's order mostly have in common. A key of which nothing is known makes a block of its own. */
    private static String block(String key) {
        if (key.length() == UUID_LENGTH && key.charAt(UUID_VERSION) == '4') {
            // Random from the first digit on.
            return key.substring(0, 2);
        }
        int end = key.length();
        while (end > 0 && key.length() - end < DIGITS && isDigit(key.charAt(end - 1))) {
            end--;
        }
        return key.substring(0, end);
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    /** Texts of digits have much alike in the lower bits of their hashes. */
    private static int mixed(int hash) {
        int half = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        int whole = (half ^ (half >>> 13)) * 0xc2b2ae35;
        return whole ^ (whole >>> 16);
    }
}
