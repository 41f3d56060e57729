package io.dualwrite.control.incident;

import static io.dualwrite.control.sql.SqlTables.cut;
import static io.dualwrite.control.sql.SqlTables.run;

import io.dualwrite.control.incident.Incident.Status;
import io.dualwrite.control.sql.SqlTables;
import io.dualwrite.control.sql.SqlTables.Missing;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps incidents, their timers and their stories in three tables of a database that all nodes reach. Plain SQL that every
 * engine has; times are milliseconds since 1970. Thread-safe as its {@link DataSource} is; each statement is given up after
 * five seconds where the driver can.
 */
public final class JdbcIncidentStore implements IncidentStore {
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
                    + " primary key (incident, version, place))",
            "create table dualwrite_incident_action (id varchar(40) primary key, incident varchar(40) not null,"
                    + " what varchar(500) not null, owner_name varchar(100) not null, due_at bigint not null,"
                    + " done_at bigint)");

    private final SqlTables tables;

    public JdbcIncidentStore(DataSource source) {
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
    public boolean open(Incident incident, TimelineEntry entry) throws SQLException {
        return tables.isFirst(connection -> {
            List<Object> values = new ArrayList<>(columns(incident));
            values.add(incident.dedup());
            run(
                    connection,
                    "insert into dualwrite_incident (" + COLUMNS + ", open_key) values (?" + ", ?".repeat(21) + ")",
                    values.toArray());
            write(connection, incident, List.of(entry));
            return true;
        });
    }

    @Override
    public boolean change(Incident from, Incident to, List<TimelineEntry> entries) throws SQLException {
        return tables.inTransaction(connection -> {
            List<Object> values = new ArrayList<>(columns(to));
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
        return tables.list(
                row -> new TimelineEntry(
                        Instant.ofEpochMilli(row.getLong(1)),
                        TimelineEntry.Kind.valueOf(row.getString(2)),
                        row.getString(3),
                        row.getString(4)),
                "select at_time, kind, who, text from dualwrite_incident_entry where incident = ?"
                        + " order by version, place",
                incident);
    }

    @Override
    public void keep(ActionItem item) throws SQLException {
        tables.inTransaction(connection -> {
            Object[] values = {
                item.what(), item.owner(), millis(item.due()), millis(item.doneAt()), item.incident(), item.id()
            };
            return run(
                                    connection,
                                    "update dualwrite_incident_action set what = ?, owner_name = ?, due_at = ?, done_at = ?"
                                            + " where incident = ? and id = ?",
                                    values)
                            == 1
                    || run(
                                    connection,
                                    "insert into dualwrite_incident_action (what, owner_name, due_at, done_at, incident,"
                                            + " id) values (?, ?, ?, ?, ?, ?)",
                                    values)
                            == 1;
        });
    }

    @Override
    public List<ActionItem> actions(String migration) throws SQLException {
        return tables.list(
                row -> new ActionItem(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        Instant.ofEpochMilli(row.getLong(5)),
                        instant(row, 6)),
                "select a.id, a.incident, a.what, a.owner_name, a.due_at, a.done_at from dualwrite_incident_action a"
                        + " join dualwrite_incident i on i.id = a.incident where i.migration = ? order by a.due_at, a.id",
                migration);
    }

    private List<Incident> incidents(String which, String migration) throws SQLException {
        return tables.list(
                JdbcIncidentStore::incident,
                "select " + COLUMNS + " from dualwrite_incident where " + which + " order by opened_at, id",
                migration);
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

    private static List<Object> columns(Incident incident) {
        List<Object> values = new ArrayList<>();
        values.add(incident.id());
        values.add(incident.version());
        values.add(incident.migration());
        values.add(incident.rule());
        values.add(incident.component());
        values.add(incident.severity().name());
        values.add(incident.summary());
        values.add(millis(incident.openedAt()));
        values.add(millis(incident.heldAt()));
        values.add(incident.owner() == null ? Missing.TEXT : cut(incident.owner(), 100));
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

    private static Object millis(@Nullable Instant at) {
        return at == null ? Missing.NUMBER : (Object) at.toEpochMilli();
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }
}
