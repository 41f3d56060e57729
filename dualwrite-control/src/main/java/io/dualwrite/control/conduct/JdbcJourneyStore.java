package io.dualwrite.control.conduct;

import static io.dualwrite.control.sql.SqlTables.cut;
import static io.dualwrite.control.sql.SqlTables.run;

import io.dualwrite.control.conduct.Journey.Phase;
import io.dualwrite.control.sql.SqlTables;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps journeys in three tables of a database that all nodes reach. Plain SQL that every engine has; a change and its entry
 * are one transaction. No decision depends on the database's clock. Thread-safe as its {@link DataSource} is.
 */
public final class JdbcJourneyStore implements JourneyStore {
    private static final String NONE = "-";
    private static final List<String> SCHEMA = List.of(
            "create table dualwrite_journey (migration varchar(100) primary key, version bigint not null,"
                    + " phase varchar(20) not null, goal varchar(20) not null, stage varchar(20) not null,"
                    + " soaked_ms bigint not null, stepping varchar(20) not null, why varchar(1000) not null,"
                    + " approvals varchar(1000) not null)",
            "create table dualwrite_journey_node (migration varchar(100) not null, node varchar(100) not null,"
                    + " beat bigint not null, stage varchar(20) not null, primary key (migration, node))",
            "create table dualwrite_journey_audit (migration varchar(100) not null, version bigint not null,"
                    + " at_time bigint not null, who varchar(100) not null, phase varchar(20) not null,"
                    + " stage varchar(20) not null, what varchar(1000) not null, primary key (migration, version))");

    private final SqlTables tables;

    public JdbcJourneyStore(DataSource source) {
        this.tables = new SqlTables(source);
    }

    /** The tables it needs, as statements to be run once. */
    public static List<String> schema() {
        return SCHEMA;
    }

    /** Creates the tables that are not there yet. */
    public void createTables() throws SQLException {
        tables.create(SCHEMA);
    }

    @Override
    public Journey read(String migration) throws SQLException {
        return tables.first(
                        JdbcJourneyStore::journey,
                        "select version, phase, goal, stage, soaked_ms, stepping, why, approvals from dualwrite_journey"
                                + " where migration = ?",
                        migration)
                .orElse(Journey.FIRST);
    }

    @Override
    public boolean change(String migration, Journey from, Journey to, @Nullable JourneyEntry entry)
            throws SQLException {
        return tables.isFirst(connection -> {
            if (!changed(connection, migration, from, to)) {
                return false;
            }
            if (entry != null) {
                run(
                        connection,
                        "insert into dualwrite_journey_audit (migration, version, at_time, who, phase, stage, what)"
                                + " values (?, ?, ?, ?, ?, ?, ?)",
                        migration,
                        entry.version(),
                        entry.at().toEpochMilli(),
                        cut(entry.who(), 100),
                        entry.phase().name(),
                        name(entry.stage()),
                        cut(entry.what(), 1_000));
            }
            return true;
        });
    }

    private static boolean changed(Connection connection, String migration, Journey from, Journey to)
            throws SQLException {
        List<Object> values = new ArrayList<>(List.of(
                to.version(),
                to.phase().name(),
                name(to.goal()),
                name(to.at()),
                to.soaked().toMillis(),
                name(to.step()),
                cut(to.why(), 1_000),
                text(to.approvals()),
                migration));
        if (from.version() == 0) {
            return run(
                            connection,
                            "insert into dualwrite_journey (version, phase, goal, stage, soaked_ms, stepping, why,"
                                    + " approvals, migration) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            values.toArray())
                    == 1;
        }
        values.add(from.version());
        return run(
                        connection,
                        "update dualwrite_journey set version = ?, phase = ?, goal = ?, stage = ?, soaked_ms = ?,"
                                + " stepping = ?, why = ?, approvals = ? where migration = ? and version = ?",
                        values.toArray())
                == 1;
    }

    @Override
    public void report(String migration, NodeSight sight) throws SQLException {
        tables.inTransaction(connection -> {
            Object[] values = {sight.beat(), sight.stage().name(), migration, sight.node()};
            return run(
                                    connection,
                                    "update dualwrite_journey_node set beat = ?, stage = ? where migration = ? and node = ?",
                                    values)
                            == 1
                    || run(
                                    connection,
                                    "insert into dualwrite_journey_node (beat, stage, migration, node)"
                                            + " values (?, ?, ?, ?)",
                                    values)
                            == 1;
        });
    }

    @Override
    public void forget(String migration, String node) throws SQLException {
        tables.inTransaction(connection -> run(
                connection, "delete from dualwrite_journey_node where migration = ? and node = ?", migration, node));
    }

    @Override
    public List<NodeSight> sights(String migration) throws SQLException {
        return tables.list(
                row -> new NodeSight(row.getString(1), row.getLong(2), Stage.valueOf(row.getString(3))),
                "select node, beat, stage from dualwrite_journey_node where migration = ? order by node",
                migration);
    }

    @Override
    public List<JourneyEntry> audit(String migration) throws SQLException {
        return tables.list(
                row -> new JourneyEntry(
                        row.getLong(1),
                        Instant.ofEpochMilli(row.getLong(2)),
                        row.getString(3),
                        Phase.valueOf(row.getString(4)),
                        stage(row.getString(5)),
                        row.getString(6)),
                "select version, at_time, who, phase, stage, what from dualwrite_journey_audit where migration = ?"
                        + " order by version",
                migration);
    }

    private static Journey journey(ResultSet row) throws SQLException {
        return new Journey(
                row.getLong(1),
                Phase.valueOf(row.getString(2)),
                stage(row.getString(3)),
                stage(row.getString(4)),
                Duration.ofMillis(row.getLong(5)),
                stage(row.getString(6)),
                approvals(row.getString(8)),
                row.getString(7));
    }

    /** A line for each: in one column, so that one read sees them as they belong to their version. */
    private static String text(Map<Stage, String> approvals) {
        StringBuilder text = new StringBuilder();
        approvals.forEach((stage, who) -> text.append(stage.name())
                .append('=')
                .append(cut(who.replaceAll("\\s+", " "), 100))
                .append('\n'));
        return text.toString();
    }

    private static Map<Stage, String> approvals(String text) {
        Map<Stage, String> approvals = new EnumMap<>(Stage.class);
        text.lines().forEach(line -> {
            int split = line.indexOf('=');
            approvals.put(Stage.valueOf(line.substring(0, split)), line.substring(split + 1));
        });
        return approvals;
    }

    private static String name(@Nullable Stage stage) {
        return stage == null ? NONE : stage.name();
    }

    private static @Nullable Stage stage(String name) {
        return name.equals(NONE) ? null : Stage.valueOf(name);
    }
}
