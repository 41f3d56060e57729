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
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A backfill in several ranges between two databases, with processes that die and commits whose outcome nobody knows. */
@Timeout(120)
class RangedBackfillTest {
    private static final int ENTRIES_THERE = 30;

    record Entry(Long id, String text) {}

    private static final Table<Entry, Long> ENTRIES =
            Jdbc.table("entry", Entry.class, Long.class).key(Entry::id).to("entry_v2");

    private Sides<DataSource> databases = fill(NewDatabase.H2);
    private FaultyDataSource target = new FaultyDataSource(databases.target());

    /** New databases with entries on the origin, and leftovers and what is stale on the target. */
    private Sides<DataSource> fill(NewDatabase engine) {
        databases = Sides.each(side -> engine.create());
        target = new FaultyDataSource(databases.target());
        run(Side.ORIGIN, "create table entry (id bigint primary key, text varchar(20))");
        run(Side.TARGET, "create table entry_v2 (id bigint primary key, text varchar(20))");
        run(Side.ORIGIN, "insert into entry values " + rows(1, ENTRIES_THERE, n -> 10 * n + ", 'v" + n + "'"));
        run(
                Side.TARGET,
                "insert into entry_v2 values (150, 'stale'), " + rows(-1, 17, n -> 5 + 20 * n + ", 'leftover'"));
        return databases;
    }

    private static String rows(int from, int to, IntFunction<String> row) {
        return IntStream.rangeClosed(from, to).mapToObj(row).collect(Collectors.joining("), (", "(", ")"));
    }

    @Test
    void whoeverDiesAtAnyStatementIsFollowedBySomebodyWhoEndsWithTheSame() throws Exception {
        dieAtEvery(13, NewDatabase.H2);
    }

    @ParameterizedTest
    @CsvSource({"H2, 1", "POSTGRES, 7", "MARIADB, 7"})
    @Tag("matrix")
    @Timeout(900)
    void soIsWhoeverDiesElsewhere(NewDatabase engine, int step) throws Exception {
        dieAtEvery(step, engine);
    }

    private void dieAtEvery(int step, NewDatabase engine) throws Exception {
        boolean died = true;
        int deaths = 0;
        for (int statement = 1; died; statement += step) {
            fill(engine);
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
            assertThat(entries(Side.TARGET)).isEqualTo(entries(Side.ORIGIN)).hasSize(ENTRIES_THERE);
        }
        assertThat(deaths).as("in the middle of it").isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommitOfWhichNobodyKnowsWhetherItHappenedIsNoHarm(boolean happened) throws Exception {
        for (int commit = 1; commit <= 25; commit += 6) {
            fill(NewDatabase.H2);
            try (JdbcMigration migration = migration(3)) {
                migration.moveTo(Stage.DUAL_WRITE);
                target.unknownCommitOn(commit, happened);
                target.unknownCommitOn(commit + 2, happened);
                migration.backfill();
                migration.moveTo(Stage.SHADOW);
            }
            assertThat(entries(Side.TARGET)).isEqualTo(entries(Side.ORIGIN)).hasSize(ENTRIES_THERE);
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

    private void run(Side side, String sql) {
        try (Connection connection = databases.of(side).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private List<String> entries(Side side) throws SQLException {
        try (Connection connection = databases.of(side).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select id, text from " + (side == Side.ORIGIN ? "entry" : "entry_v2") + " order by id")) {
            List<String> entries = new ArrayList<>();
            while (rows.next()) {
                entries.add(rows.getString(1) + " " + rows.getString(2));
            }
            return entries;
        }
    }
}
