package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
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
    /** The class of SQL states of a violated constraint: another node was the first. */
    private static final String ALREADY_THERE = "23";

    private static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(5);
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

    private final DataSource source;

    public JdbcRampStore(DataSource source) {
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
                String name = table.split(" ")[2];
                if (!exists(connection, name)) {
                    statement.execute(table);
                }
            }
        }
    }

    @Override
    public RampState read(String migration) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return read(connection, migration);
        }
    }

    @Override
    public boolean change(String migration, RampState from, RampState to, RampEntry entry) throws SQLException {
        try {
            return inTransaction(connection -> changed(connection, migration, from, to, entry));
        } catch (SQLException failure) {
            if (failure.getSQLState() != null && failure.getSQLState().startsWith(ALREADY_THERE)) {
                return false;
            }
            throw failure;
        }
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
                    cut(to.why()));
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
                        cut(to.why()),
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
                cut(entry.why()),
                cut(entry.evidence()));
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
        inTransaction(connection -> {
            Object[] values = {report.epoch(), report.beat(), cut(report.hold()), migration, report.node()};
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
        try (Connection connection = source.getConnection();
                PreparedStatement statement = prepared(
                        connection,
                        "select n.node, n.beat, n.hold, c.gate, c.bad, c.total from dualwrite_ramp_node n"
                                + " left join dualwrite_ramp_count c on c.migration = n.migration and c.node = n.node"
                                + " where n.migration = ? and n.epoch = ? order by n.node",
                        migration,
                        epoch);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String node = rows.getString(1);
                NodeReport before = nodes.get(node);
                Map<String, Evidence> counted = new LinkedHashMap<>(before == null ? Map.of() : before.counted());
                if (rows.getString(4) != null) {
                    counted.put(rows.getString(4), new Evidence(rows.getDouble(5), rows.getDouble(6)));
                }
                nodes.put(node, new NodeReport(node, epoch, rows.getLong(2), rows.getString(3), counted));
            }
        }
        return List.copyOf(nodes.values());
    }

    @Override
    public List<RampEntry> audit(String migration) throws SQLException {
        List<RampEntry> entries = new ArrayList<>();
        try (Connection connection = source.getConnection();
                PreparedStatement statement = prepared(
                        connection,
                        "select version, at_time, who, phase_from, phase_to, share_from, share_to, why, evidence"
                                + " from dualwrite_ramp_audit where migration = ? order by version",
                        migration);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                entries.add(new RampEntry(
                        rows.getLong(1),
                        rows.getTimestamp(2).toInstant(),
                        rows.getString(3),
                        RampPhase.valueOf(rows.getString(4)),
                        RampPhase.valueOf(rows.getString(5)),
                        rows.getInt(6),
                        rows.getInt(7),
                        rows.getString(8),
                        rows.getString(9)));
            }
        }
        return entries;
    }

    private static RampState read(Connection connection, String migration) throws SQLException {
        try (PreparedStatement statement = prepared(
                        connection,
                        "select version, epoch, phase, step, share, rollbacks, why from dualwrite_ramp"
                                + " where migration = ?",
                        migration);
                ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? new RampState(
                            row.getLong(1),
                            row.getLong(2),
                            RampPhase.valueOf(row.getString(3)),
                            row.getInt(4),
                            row.getInt(5),
                            row.getInt(6),
                            row.getString(7))
                    : RampState.FIRST;
        }
    }

    private static boolean isMissing(Connection connection, String migration) throws SQLException {
        try (PreparedStatement statement =
                        prepared(connection, "select 1 from dualwrite_ramp where migration = ?", migration);
                ResultSet row = statement.executeQuery()) {
            return !row.next();
        }
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

    private static int run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout((int) GIVEN_UP_AFTER.toSeconds());
        for (int at = 0; at < values.length; at++) {
            statement.setObject(at + 1, values[at]);
        }
        return statement;
    }

    private static String cut(String text) {
        return cut(text, LONGEST);
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }
}
