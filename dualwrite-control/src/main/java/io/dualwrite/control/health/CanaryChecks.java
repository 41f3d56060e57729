package io.dualwrite.control.health;

import io.dualwrite.control.health.HealthCheck.Answer;
import io.dualwrite.control.sql.SqlTables;
import io.dualwrite.store.Store;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Checks that write: a canary is written to one side, read back and removed, each time anew. They go past the migration, so
 * that the canary must be where no migration looks: in a table of its own, or among keys that are nobody's.
 */
public final class CanaryChecks {
    private static final Duration LEFT_BEHIND = Duration.ofHours(1);
    private static final List<String> SCHEMA =
            List.of("create table dualwrite_canary (id varchar(40) primary key, written_at bigint not null)");

    private CanaryChecks() {}

    /** The table that {@link #database} needs, as a statement to be run once on each side. */
    public static List<String> schema() {
        return SCHEMA;
    }

    /** Creates that table when it is not there yet. */
    public static void createTables(DataSource side) throws SQLException {
        new SqlTables(side).create(SCHEMA);
    }

    /**
     * A row of a table of the library's own, committed, read on another connection, and removed. What a probe that died has
     * left behind goes after an hour.
     *
     * @param name what findings call it, such as {@code origin-canary}
     * @param critical whether everything is DOWN when this is
     * @param slowAfter from when on the three together count as slow
     * @param within their time limit
     */
    public static HealthCheck database(
            String name, boolean critical, DataSource side, Duration slowAfter, Duration within) {
        return database(name, critical, side, slowAfter, within, Clock.systemUTC());
    }

    static HealthCheck database(
            String name, boolean critical, DataSource side, Duration slowAfter, Duration within, Clock clock) {
        SqlTables tables = new SqlTables(side);
        return new HealthCheck(name, critical, slowAfter, within, () -> {
            String id = UUID.randomUUID().toString();
            Instant now = clock.instant();
            tables.inTransaction(connection -> SqlTables.run(
                    connection, "insert into dualwrite_canary (id, written_at) values (?, ?)", id, now.toEpochMilli()));
            boolean found = tables.first(
                            row -> row.getLong(1), "select written_at from dualwrite_canary where id = ?", id)
                    .filter(written -> written == now.toEpochMilli())
                    .isPresent();
            int removed = tables.inTransaction(connection -> {
                SqlTables.run(
                        connection,
                        "delete from dualwrite_canary where written_at < ?",
                        now.minus(LEFT_BEHIND).toEpochMilli());
                return SqlTables.run(connection, "delete from dualwrite_canary where id = ?", id);
            });
            return answer(found, removed == 1);
        });
    }

    /**
     * A record among keys that are nobody's, in a store that is no database. Whatever is under the key and is no canary is left
     * alone, and the check is DOWN.
     *
     * @param key one that no other node uses
     * @param record makes the record to be written, another one each time
     * @param isCanary tells a canary from a record of the application's, by a mark in its contents
     */
    public static <R, K> HealthCheck store(
            String name,
            boolean critical,
            Store<R, K> side,
            K key,
            Supplier<R> record,
            Predicate<R> isCanary,
            Duration slowAfter,
            Duration within) {
        return new HealthCheck(name, critical, slowAfter, within, () -> {
            R before = side.find(key);
            if (before != null && !isCanary.test(before)) {
                return Answer.down("under the canary's key there is a record that is none; nothing was written");
            }
            R written = record.get();
            side.save(written);
            boolean found = written.equals(side.find(key));
            side.delete(key);
            return answer(found, side.find(key) == null);
        });
    }

    private static Answer answer(boolean found, boolean removed) {
        if (!found) {
            return Answer.down("what was written was not read back");
        }
        return removed ? Answer.UP : Answer.down("what was written could not be removed");
    }
}
