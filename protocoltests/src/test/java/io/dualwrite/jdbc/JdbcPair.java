package io.dualwrite.jdbc;

import io.dualwrite.MigrationParts;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transaction;
import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.contract.Pair;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Two databases with a table each, as dualwrite-jdbc sees them. */
final class JdbcPair implements Pair {
    private static final String MIGRATION = "contract";
    private static final List<String> LIBRARY = List.of(
            "dualwrite_control",
            "dualwrite_journal",
            "dualwrite_recheck",
            "dualwrite_stripe",
            "dualwrite_checkpoint",
            "dualwrite_server");

    record Memo(Long id, String text) {}

    private static final Table<Memo, Long> MEMOS = Jdbc.table("memo", Memo.class, Long.class)
            .key(Memo::id)
            .to("memo_v2")
            .keyColumns("id")
            .targetKeyColumns("memo_id")
            .mapping(
                    row -> row.rename("id", "memo_id").rename("text", "body"),
                    row -> row.rename("memo_id", "id").rename("body", "text"));

    private final Sides<DataSource> sources;
    private final JdbcParts made;
    private final MigrationParts parts;

    /** New tables in two databases; what was there of them is dropped. */
    JdbcPair(Sides<DataSource> sources) throws SQLException {
        this.sources = sources;
        for (Side side : Side.values()) {
            for (String table : LIBRARY) {
                run(side, "drop table if exists " + table);
            }
            run(side, "drop table if exists " + table(side));
            run(
                    side,
                    "create table " + table(side) + " (" + key(side) + " bigint primary key, " + text(side)
                            + " varchar(200))");
        }
        this.made = partsOf(sources);
        this.parts = made.parts();
        for (Side side : Side.values()) {
            parts.controls().of(side).read();
        }
    }

    private static JdbcParts partsOf(Sides<DataSource> sources) {
        return new JdbcParts(new JdbcParts.Declaration(
                MIGRATION,
                sources,
                sources,
                List.of(MEMOS),
                new Limits(Duration.ofSeconds(5), Duration.ofMillis(100)),
                true,
                false,
                Pace.real()));
    }

    /** What the library sees of these databases while one of them cannot be reached. */
    Preflight cutOff(Side side) {
        FaultyDataSource gone = new FaultyDataSource(sources.of(side));
        gone.connects().failAlways(FaultyDataSource.connectionLost());
        return partsOf(Sides.each(each -> each == side ? gone.dataSource() : sources.of(each)))
                .parts()
                .preflight();
    }

    @Override
    public MigrationParts parts() {
        return parts;
    }

    @Override
    public void put(Side side, long key, String value) throws SQLException {
        try (Connection connection = sources.of(side).getConnection()) {
            put(connection, side, key, value);
        }
    }

    @Override
    public void remove(Side side, long key) throws SQLException {
        run(side, "delete from " + table(side) + " where " + key(side) + " = " + key);
    }

    @Override
    public @Nullable String get(Side side, long key) throws SQLException {
        try (Connection connection = sources.of(side).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select " + text(side) + " from " + table(side) + " where " + key(side) + " = " + key)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    @Override
    public void putIn(Transaction transaction, long key, String value) throws SQLException {
        try (Connection connection = made.dataSource(transaction.side()).getConnection()) {
            put(connection, transaction.side(), key, value);
        }
    }

    /** Moves everything that has a time back, which is the same as moving the database's clock on. */
    void elapse(Side side, Duration time) throws SQLException {
        long seconds = time.toSeconds();
        run(
                side,
                "update dualwrite_journal set created = created - interval '" + seconds + "' second,"
                        + " due = due - interval '" + seconds + "' second");
        run(side, "update dualwrite_control set deadline = deadline - interval '" + seconds + "' second");
    }

    /** Holds the row of the origin shared, as a write does. */
    AutoCloseable holdShared() throws SQLException {
        Connection connection = sources.origin().getConnection();
        connection.setAutoCommit(false);
        made.controls().origin().hold(connection);
        return () -> {
            connection.rollback();
            connection.close();
        };
    }

    private void put(Connection connection, Side side, long key, String value) throws SQLException {
        for (String sql : List.of(
                "delete from " + table(side) + " where " + key(side) + " = ?",
                "insert into " + table(side) + " (" + key(side) + ", " + text(side) + ") values (?, ?)")) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setLong(1, key);
                if (sql.startsWith("insert")) {
                    statement.setString(2, value);
                }
                statement.executeUpdate();
            }
        }
    }

    private void run(Side side, String sql) throws SQLException {
        try (Connection connection = sources.of(side).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String table(Side side) {
        return side == Side.ORIGIN ? "memo" : "memo_v2";
    }

    private static String key(Side side) {
        return side == Side.ORIGIN ? "id" : "memo_id";
    }

    private static String text(Side side) {
        return side == Side.ORIGIN ? "text" : "body";
    }
}
