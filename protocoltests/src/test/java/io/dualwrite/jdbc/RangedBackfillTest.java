package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backfill in several ranges between two databases, with processes that die and commits whose outcome nobody knows. */
@Timeout(120)
class RangedBackfillTest {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final int EVERY = 13;

    record Entry(Long id, String text) {}

    private static final Table<Entry, Long> ENTRIES =
            Jdbc.table("entry", Entry.class, Long.class).key(Entry::id).to("entry_v2");

    private Sides<DataSource> databases = new Sides<>(new JdbcDataSource(), new JdbcDataSource());
    private FaultyDataSource target = new FaultyDataSource(databases.target());

    @BeforeEach
    void fill() throws SQLException {
        databases = Sides.each(side -> {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:ranges" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
            return source;
        });
        target = new FaultyDataSource(databases.target());
        run(
                Side.ORIGIN,
                "create table entry (id bigint primary key, text varchar(20))",
                "insert into entry select 10 * x, 'v' || x from system_range(1, 30)");
        run(
                Side.TARGET,
                "create table entry_v2 (id bigint primary key, text varchar(20))",
                "insert into entry_v2 select 5 + 20 * x, 'leftover' from system_range(-1, 17)",
                "insert into entry_v2 values (150, 'stale')");
    }

    @Test
    void whoeverDiesAtAnyStatementIsFollowedBySomebodyWhoEndsWithTheSame() throws Exception {
        boolean died = true;
        int deaths = 0;
        for (int statement = 1; died; statement += EVERY) {
            fill();
            try (JdbcMigration first = migration(3)) {
                first.moveTo(Stage.DUAL_WRITE);
                target.before().failOn(statement, () -> new StackOverflowError("killed"));
                first.backfill();
                died = false;
            } catch (StackOverflowError killed) {
                died = true;
                deaths++;
            }
            target.before().heal();
            try (JdbcMigration next = migration(statement % 2 == 0 ? 1 : 5)) {
                next.backfill();
                next.moveTo(Stage.SHADOW);
            }
            assertThat(entries(Side.TARGET)).isEqualTo(entries(Side.ORIGIN)).hasSize(30);
        }
        assertThat(deaths).as("in the middle of it").isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommitOfWhichNobodyKnowsWhetherItHappenedIsNoHarm(boolean happened) throws Exception {
        for (int commit = 1; commit <= 25; commit += 6) {
            fill();
            try (JdbcMigration migration = migration(3)) {
                migration.moveTo(Stage.DUAL_WRITE);
                target.unknownCommitOn(commit, happened);
                target.unknownCommitOn(commit + 2, happened);
                migration.backfill();
                migration.moveTo(Stage.SHADOW);
            }
            assertThat(entries(Side.TARGET)).isEqualTo(entries(Side.ORIGIN)).hasSize(30);
        }
    }

    private JdbcMigration migration(int ranges) {
        return Jdbc.migration("entries", databases.origin(), target.dataSource())
                .records(ENTRIES)
                .createTables(true)
                .adoptTarget(true)
                .attestedBy("the tests")
                .backfill(
                        new BackfillSettings(4, 4, Duration.ofMillis(250), Duration.ofMillis(1), Duration.ofMinutes(1))
                                .withRanges(ranges))
                .build();
    }

    private void run(Side side, String... statements) throws SQLException {
        try (Connection connection = databases.of(side).getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> entries(Side side) throws SQLException {
        try (Connection connection = databases.of(side).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id || ' ' || text from "
                        + (side == Side.ORIGIN ? "entry" : "entry_v2") + " order by id")) {
            List<String> entries = new ArrayList<>();
            while (rows.next()) {
                entries.add(rows.getString(1));
            }
            return entries;
        }
    }
}
