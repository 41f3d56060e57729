package io.dualwrite.control.incident;

import io.dualwrite.control.incident.Incident.Status;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps incidents, their timers and their stories in two tables of a database that all nodes reach. Plain SQL that every
 * engine has; times are milliseconds since 1970. Thread-safe as its {@link DataSource} is; each statement is given up after
 * five seconds where the driver can.
 */
public final class JdbcIncidentStore implements IncidentStore {
    private static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(5);
    /** The class of SQL states of a violated constraint: somebody else was the first. */
    private static final String ALREADY_THERE = "23";

    private static final String COLUMNS = "id, version, migration, rule_name, component, severity, summary, opened_at,"
            + " held_at, owner_name, acknowledged_at, responded_at, mitigated_at, resolved_at, escalations, owner_due,"
            + " update_due, status_state, status_actions, status_next, status_estimate";
    private static final List<String> SCHEMA = List.of(
            "create table dualwrite_incident (id varchar(40) primary key, version bigint not null,"
                    + " migration varchar(100) not null, rule_name varchar(60) not null, component varchar(60) not null,"
                    + " severity varchar(20) not null, summary varchar(500) not null, opened_at bigint not null,"
                    + " held_at bigint not null, owner_name varchar(100), acknowledged_at bigint, responded_at bigint,"
                    + " mitigated_at bigint, resolved_at bigint, escalations integer not null, owner_due bigint,"
                    + " update_due bigint, status_state varchar(500) not null, status_actions varchar(500) not null,"
                    + " status_next varchar(500) not null, status_estimate varchar(500) not null,"
                    + " open_key varchar(200) not null unique)",
            "create table dualwrite_incident_entry (incident varchar(40) not null, version bigint not null,"
                    + " place integer not null, at_time bigint not null, kind varchar(20) not null,"
                    + " who varchar(100) not null, text varchar(1000) not null,"
                    + " primary key (incident, version, place))");

    private final DataSource source;

    public JdbcIncidentStore(DataSource source) {
        this.source = source;
    }

    /** The tables it needs, as statements to be run once. */
    public static List<String> schema() {
        return SCHEMA;
    }

    /** Creates the tables that are not there yet. */
    public void createTables() throws SQLException {
        for (String table : SCHEMA) {
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                if (!exists(connection, table.split(" ")[2])) {
                    statement.execute(table);
                }
            }
        }
    }

    @Override
    public boolean open(Incident incident, TimelineEntry entry) throws SQLException {
        try {
            return inTransaction(connection -> {
                List<@Nullable Object> values = new ArrayList<>(columns(incident));
                values.add(incident.dedup());
                run(
                        connection,
                        "insert into dualwrite_incident (" + COLUMNS + ", open_key) values (?" + ", ?".repeat(21) + ")",
                        values.toArray());
                write(connection, incident, List.of(entry));
                return true;
            });
        } catch (SQLException failure) {
            if (failure.getSQLState() != null && failure.getSQLState().startsWith(ALREADY_THERE)) {
                return false;
            }
            throw failure;
        }
    }

    @Override
    public boolean change(Incident from, Incident to, List<TimelineEntry> entries) throws SQLException {
        return inTransaction(connection -> {
            List<@Nullable Object> values = new ArrayList<>(columns(to));
            values.add(to.isOpen() ? to.dedup() : to.id());
            values.add(from.id());
            values.add(from.version());
            String set = COLUMNS.replace(",", " = ?,") + " = ?";
            int changed = run(
                    connection,
                    "update dualwrite_incident set " + set + ", open_key = ? where id = ? and version = ?",
                    values.toArray());
            if (changed == 1) {
                write(connection, to, entries);
            }
            return changed == 1;
        });
    }

    @Override
    public List<Incident> open(String migration) throws SQLException {
        return incidents("migration = ? and resolved_at is null", migration);
    }

    @Override
    public List<Incident> all(String migration) throws SQLException {
        return incidents("migration = ?", migration);
    }

    @Override
    public List<TimelineEntry> timeline(String incident) throws SQLException {
        List<TimelineEntry> entries = new ArrayList<>();
        try (Connection connection = source.getConnection();
                PreparedStatement statement = prepared(
                        connection,
                        "select at_time, kind, who, text from dualwrite_incident_entry where incident = ?"
                                + " order by version, place",
                        incident);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                entries.add(new TimelineEntry(
                        Instant.ofEpochMilli(rows.getLong(1)),
                        TimelineEntry.Kind.valueOf(rows.getString(2)),
                        rows.getString(3),
                        rows.getString(4)));
            }
        }
        return entries;
    }

    private List<Incident> incidents(String which, String migration) throws SQLException {
        List<Incident> incidents = new ArrayList<>();
        try (Connection connection = source.getConnection();
                PreparedStatement statement = prepared(
                        connection,
                        "select " + COLUMNS + " from dualwrite_incident where " + which + " order by opened_at, id",
                        migration);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                incidents.add(incident(rows));
            }
        }
        return incidents;
    }

    private static Incident incident(ResultSet row) throws SQLException {
        return new Incident(
                row.getString(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                Severity.valueOf(row.getString(6)),
                row.getString(7),
                Instant.ofEpochMilli(row.getLong(8)),
                Instant.ofEpochMilli(row.getLong(9)),
                row.getString(10),
                instant(row, 11),
                instant(row, 12),
                instant(row, 13),
                instant(row, 14),
                row.getInt(15),
                instant(row, 16),
                instant(row, 17),
                new Status(row.getString(18), row.getString(19), row.getString(20), row.getString(21)));
    }

    private static List<@Nullable Object> columns(Incident incident) {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(incident.id());
        values.add(incident.version());
        values.add(incident.migration());
        values.add(incident.rule());
        values.add(incident.component());
        values.add(incident.severity().name());
        values.add(incident.summary());
        values.add(millis(incident.openedAt()));
        values.add(millis(incident.heldAt()));
        values.add(incident.owner() == null ? null : cut(incident.owner(), 100));
        values.add(millis(incident.acknowledgedAt()));
        values.add(millis(incident.respondedAt()));
        values.add(millis(incident.mitigatedAt()));
        values.add(millis(incident.resolvedAt()));
        values.add(incident.escalations());
        values.add(millis(incident.ownerDue()));
        values.add(millis(incident.updateDue()));
        values.add(cut(incident.status().state(), 500));
        values.add(cut(incident.status().actions(), 500));
        values.add(cut(incident.status().next(), 500));
        values.add(cut(incident.status().estimate(), 500));
        return values;
    }

    private static void write(Connection connection, Incident incident, List<TimelineEntry> entries)
            throws SQLException {
        for (int place = 0; place < entries.size(); place++) {
            TimelineEntry entry = entries.get(place);
            run(
                    connection,
                    "insert into dualwrite_incident_entry (incident, version, place, at_time, kind, who, text)"
                            + " values (?, ?, ?, ?, ?, ?, ?)",
                    incident.id(),
                    incident.version(),
                    place,
                    entry.at().toEpochMilli(),
                    entry.kind().name(),
                    cut(entry.who(), 100),
                    cut(entry.text(), 1_000));
        }
    }

    private static @Nullable Long millis(@Nullable Instant at) {
        return at == null ? null : at.toEpochMilli();
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private static boolean exists(Connection connection, String table) {
        try (Statement statement = connection.createStatement();
                ResultSet nothing = statement.executeQuery("select 1 from " + table + " where 1 = 0")) {
            return !nothing.next();
        } catch (SQLException missing) {
            return false;
        }
    }

    @FunctionalInterface
    private interface Work {
        boolean in(Connection connection) throws SQLException;
    }

    private boolean inTransaction(Work work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            boolean before = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                boolean done = work.in(connection);
                connection.commit();
                return done;
            } catch (SQLException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            } finally {
                connection.setAutoCommit(before);
            }
        }
    }

    private static int run(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, @Nullable Object... values)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout((int) GIVEN_UP_AFTER.toSeconds());
        for (int at = 0; at < values.length; at++) {
            Object value = values[at];
            if (value == null) {
                // Only an owner, which is the tenth, and times can be missing.
                statement.setNull(at + 1, at == 9 ? Types.VARCHAR : Types.BIGINT);
            } else {
                statement.setObject(at + 1, value);
            }
        }
        return statement;
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }
}
