package io.dualwrite.control.rollback;

import io.dualwrite.control.sql.SqlTables;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** Keeps times in a table of a database that all nodes reach. Thread-safe as its {@link DataSource} is. */
public final class JdbcStepTimes implements StepTimes {
    private static final List<String> SCHEMA =
            List.of("create table dualwrite_step_time (id varchar(40) primary key, migration varchar(100) not null,"
                    + " step_name varchar(100) not null, took_micros bigint not null, drill integer not null,"
                    + " at_time bigint not null)");

    private final SqlTables tables;

    public JdbcStepTimes(DataSource source) {
        this.tables = new SqlTables(source);
    }

    /** The table it needs, as a statement to be run once. */
    public static List<String> schema() {
        return SCHEMA;
    }

    /** Creates the table when it is not there yet. */
    public void createTables() throws SQLException {
        tables.create(SCHEMA);
    }

    @Override
    public void keep(String migration, StepTime time) throws SQLException {
        tables.inTransaction(connection -> SqlTables.run(
                connection,
                "insert into dualwrite_step_time (id, migration, step_name, took_micros, drill, at_time)"
                        + " values (?, ?, ?, ?, ?, ?)",
                UUID.randomUUID().toString(),
                migration,
                time.step(),
                time.took().toNanos() / 1_000,
                time.drill() ? 1 : 0,
                time.at().toEpochMilli()));
    }

    @Override
    public List<StepTime> of(String migration) throws SQLException {
        List<StepTime> all = tables.list(
                row -> new StepTime(
                        row.getString(1),
                        Duration.ofNanos(row.getLong(2) * 1_000),
                        row.getInt(3) == 1,
                        Instant.ofEpochMilli(row.getLong(4))),
                "select step_name, took_micros, drill, at_time from dualwrite_step_time where migration = ?"
                        + " order by at_time, id",
                migration);
        return all.subList(Math.max(0, all.size() - MemoryStepTimes.MOST), all.size());
    }
}
