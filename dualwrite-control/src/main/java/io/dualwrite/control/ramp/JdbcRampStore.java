package io.dualwrite.control.ramp;

import static io.dualwrite.control.sql.SqlTables.cut;
import static io.dualwrite.control.sql.SqlTables.run;

import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.sql.SqlTables;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Keeps ramps in four tables of a database: of the source's, or another one that all nodes reach. Plain SQL that every engine
 * has; a change and its entry are one transaction. No decision depends on the database's clock. Thread-safe as its {@link
 * DataSource} is; each statement is given up after five seconds where the driver can.
 */
public final class JdbcRampStore implements RampStore {
    private static final int LONGEST = 1_000;
    private static final List<String> SCHEMA = List.of(
            "create table dualwrite_ramp (migration varchar(100) primary key, version bigint not null,"
                    + " epoch bigint not null, phase varchar(20) not null, step integer not null,"
                    + " share integer not null, rollbacks integer not null, why varchar(1000) not null)",
            "create table dualwrite_ramp_node (migration varchar(100) not null, node varchar(100) not null,"
                    + " epoch bigint not null, beat bigint not null, hold varchar(1000) not null,"
                    + " primary key (migration, node))",
            "create table dualwrite_ramp_count (migration varchar(100) not null, node varchar(100) not null,"
                    + " gate varchar(60) not null, bad double precision not null, total double precision not null,"
                    + " primary key (migration, node, gate))",
            "create table dualwrite_ramp_audit (migration varchar(100) not null, version bigint not null,"
                    + " at_time timestamp(3) not null, who varchar(100) not null, phase_from varchar(20) not null,"
                    + " phase_to varchar(20) not null, share_from integer not null, share_to integer not null,"
                    + " why varchar(1000) not null, evidence varchar(1000) not null, primary key (migration, version))");

    private final SqlTables tables;

    public JdbcRampStore(DataSource source) {
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
    public RampState read(String migration) throws SQLException {
        return tables.first(
                        row -> new RampState(
                                row.getLong(1),
                                row.getLong(2),
                                RampPhase.valueOf(row.getString(3)),
                                row.getInt(4),
                                row.getInt(5),
                                row.getInt(6),
                                row.getString(7)),
                        "select version, epoch, phase, step, share, rollbacks, why from dualwrite_ramp"
                                + " where migration = ?",
                        migration)
                .orElse(RampState.FIRST);
    }

    @Override
    public boolean change(String migration, RampState from, RampState to, RampEntry entry) throws SQLException {
        return tables.isFirst(connection -> changed(connection, migration, from, to, entry));
    }

    private static boolean changed(
            Connection connection, String migration, RampState from, RampState to, RampEntry entry)
            throws SQLException {
        if (from.version() == 0 && isMissing(connection, migration)) {
            run(
                    connection,
                    "insert into dualwrite_ramp (migration, version, epoch, phase, step, share, rollbacks, why)"
                            + " values (?, ?, ?, ?, ?, ?, ?, ?)",
                    migration,
                    to.version(),
                    to.epoch(),
                    to.phase().name(),
                    to.step(),
                    to.percent(),
                    to.rollbacks(),
                    cut(to.why(), LONGEST));
        } else if (run(
                        connection,
                        "update dualwrite_ramp set version = ?, epoch = ?, phase = ?, step = ?, share = ?,"
                                + " rollbacks = ?, why = ? where migration = ? and version = ?",
                        to.version(),
                        to.epoch(),
                        to.phase().name(),
                        to.step(),
                        to.percent(),
                        to.rollbacks(),
                        cut(to.why(), LONGEST),
                        migration,
                        from.version())
                == 0) {
            return false;
        }
        run(
                connection,
                "insert into dualwrite_ramp_audit (migration, version, at_time, who, phase_from, phase_to,"
                        + " share_from, share_to, why, evidence) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                migration,
                entry.version(),
                Timestamp.from(entry.at()),
                cut(entry.who(), 100),
                entry.from().name(),
                entry.to().name(),
                entry.fromPercent(),
                entry.toPercent(),
                cut(entry.why(), LONGEST),
                cut(entry.evidence(), LONGEST));
        // Nodes that have not reported for two epochs are gone, or will report again.
        run(
                connection,
                "delete from dualwrite_ramp_count where migration = ? and node in"
                        + " (select node from dualwrite_ramp_node where migration = ? and epoch < ?)",
                migration,
                migration,
                from.epoch());
        run(connection, "delete from dualwrite_ramp_node where migration = ? and epoch < ?", migration, from.epoch());
        return true;
    }

    @Override
    public void report(String migration, NodeReport report) throws SQLException {
        tables.inTransaction(connection -> {
            Object[] values = {report.epoch(), report.beat(), cut(report.hold(), LONGEST), migration, report.node()};
            if (run(
                            connection,
                            "update dualwrite_ramp_node set epoch = ?, beat = ?, hold = ? where migration = ? and node = ?",
                            values)
                    == 0) {
                run(
                        connection,
                        "insert into dualwrite_ramp_node (epoch, beat, hold, migration, node) values (?, ?, ?, ?, ?)",
                        values);
            }
            for (Map.Entry<String, Evidence> counted : report.counted().entrySet()) {
                Object[] count = {
                    counted.getValue().bad(), counted.getValue().all(), migration, report.node(), counted.getKey()
                };
                if (run(
                                connection,
                                "update dualwrite_ramp_count set bad = ?, total = ? where migration = ? and node = ?"
                                        + " and gate = ?",
                                count)
                        == 0) {
                    run(
                            connection,
                            "insert into dualwrite_ramp_count (bad, total, migration, node, gate)"
                                    + " values (?, ?, ?, ?, ?)",
                            count);
                }
            }
            return true;
        });
    }

    @Override
    public List<NodeReport> reports(String migration, long epoch) throws SQLException {
        Map<String, NodeReport> nodes = new LinkedHashMap<>();
        tables.list(
                row -> merge(nodes, row, epoch),
                "select n.node, n.beat, n.hold, c.gate, c.bad, c.total from dualwrite_ramp_node n"
                        + " left join dualwrite_ramp_count c on c.migration = n.migration and c.node = n.node"
                        + " where n.migration = ? and n.epoch = ? order by n.node",
                migration,
                epoch);
        return List.copyOf(nodes.values());
    }

    /** One row for each gate that a node has counted. */
    private static NodeReport merge(Map<String, NodeReport> nodes, ResultSet row, long epoch) throws SQLException {
        String node = row.getString(1);
        NodeReport before = nodes.get(node);
        Map<String, Evidence> counted = new LinkedHashMap<>(before == null ? Map.of() : before.counted());
        if (row.getString(4) != null) {
            counted.put(row.getString(4), new Evidence(row.getDouble(5), row.getDouble(6)));
        }
        NodeReport merged = new NodeReport(node, epoch, row.getLong(2), row.getString(3), counted);
        nodes.put(node, merged);
        return merged;
    }

    @Override
    public List<RampEntry> audit(String migration) throws SQLException {
        return tables.list(
                row -> new RampEntry(
                        row.getLong(1),
                        row.getTimestamp(2).toInstant(),
                        row.getString(3),
                        RampPhase.valueOf(row.getString(4)),
                        RampPhase.valueOf(row.getString(5)),
                        row.getInt(6),
                        row.getInt(7),
                        row.getString(8),
                        row.getString(9)),
                "select version, at_time, who, phase_from, phase_to, share_from, share_to, why, evidence"
                        + " from dualwrite_ramp_audit where migration = ? order by version",
                migration);
    }

    private static boolean isMissing(Connection connection, String migration) throws SQLException {
        return SqlTables.list(connection, row -> true, "select 1 from dualwrite_ramp where migration = ?", migration)
                .isEmpty();
    }
}
