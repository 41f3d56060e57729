package io.dualwrite.control;

import io.dualwrite.fence.Pace;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.JdbcMigrationBuilder;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

/** Two databases in memory with a table of items, a migration between them, and a target that can fail. */
public final class TwoDatabases implements AutoCloseable {
    /** A record to be moved. */
    public record Item(long id, String text) {}

    /** The application's own. */
    public interface Items {
        @Nullable Item findById(long id) throws SQLException;

        void save(Item item) throws SQLException;

        void deleteById(long id) throws SQLException;
    }

    public final JdbcConnectionPool origin = pool();
    public final JdbcConnectionPool target = pool();
    public final FaultyDataSource faultyOrigin = new FaultyDataSource(origin);
    public final FaultyDataSource faultyTarget = new FaultyDataSource(target);
    private final List<AutoCloseable> open = new ArrayList<>();

    public TwoDatabases(int records) throws SQLException {
        for (DataSource each : List.of(origin, target)) {
            run(each, "create table item (id bigint primary key, text varchar(40))");
        }
        for (int id = 1; id <= records; id++) {
            run(origin, "insert into item values (" + id + ", 'first')");
        }
    }

    /** With patience enough for a machine that is busy with other things. */
    public static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(40));
    }

    private static JdbcConnectionPool pool() {
        JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
        pool.setMaxConnections(30);
        return pool;
    }

    /** An empty database of its own. */
    public DataSource third() {
        JdbcConnectionPool third = pool();
        open.add(third::dispose);
        return third;
    }

    /** One more node of the migration {@code shop}, started. */
    public JdbcMigration node() {
        return node(builder -> {});
    }

    /** A breaker that looks again soon after it has opened. */
    public static CircuitBreaker quick() {
        return CircuitBreaker.of(
                "quick",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(2)
                        .minimumNumberOfCalls(2)
                        .waitDurationInOpenState(Duration.ofMillis(50))
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .build());
    }

    /** As {@link #node()}, declared with more. */
    public JdbcMigration node(Consumer<JdbcMigrationBuilder> more) {
        JdbcMigrationBuilder builder = Jdbc.migration("shop", faultyOrigin.dataSource(), faultyTarget.dataSource())
                .records(Jdbc.table("item", Item.class, Long.class).key(Item::id))
                .createTables(true)
                .attestedBy("the test")
                .relay(RelaySettings.defaults().withPoll(Duration.ofMillis(20)))
                .writersWait(Duration.ofSeconds(50))
                .handover(HandoverSettings.defaults().withBudget(Duration.ofSeconds(20)));
        more.accept(builder);
        JdbcMigration migration = builder.build();
        open.add(migration);
        migration.start();
        return migration;
    }

    /** The application's repository through a node. */
    public static Items items(JdbcMigration migration) {
        return migration.decorate(
                Items.class, source -> new OfSide(source, "item"), source -> new OfSide(source, "item"));
    }

    /** A repository of canaries, in a table of their own beside the items. */
    public static Items itemsCanary(DataSource source) {
        return new OfSide(source, "item_canary");
    }

    /** Brings a migration to a stage with nothing left to do on the way. */
    public static void bring(JdbcMigration migration, Stage stage) throws Exception {
        if (stage.compareTo(Stage.DUAL_WRITE) > 0) {
            migration.moveTo(Stage.DUAL_WRITE);
            migration.backfill();
            for (int passes = 0;
                    passes < 5 && !migration.verify(VerifyPolicy.REPAIR).isClean();
                    passes++) {
                migration.awaitDrained(Duration.ofSeconds(5));
            }
        }
        if (stage == Stage.COMPLETE) {
            migration.approve(Stage.COMPLETE, "the test");
        }
        migration.moveTo(stage);
    }

    /** Runs a statement on a side, past the library. */
    public void run(Side side, String sql) throws SQLException {
        run(side == Side.ORIGIN ? origin : target, sql);
    }

    public static void run(DataSource on, String sql) throws SQLException {
        try (Connection connection = on.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The items of a side, as {@code id=text}, by key. */
    public List<String> rows(Side side) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = (side == Side.ORIGIN ? origin : target).getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select id, text from item order by id")) {
            while (found.next()) {
                rows.add(found.getLong(1) + "=" + found.getString(2));
            }
        }
        return rows;
    }

    @Override
    public void close() throws Exception {
        faultyOrigin.connects().heal();
        faultyOrigin.before().heal();
        faultyTarget.connects().heal();
        faultyTarget.before().heal();
        for (int at = open.size() - 1; at >= 0; at--) {
            open.get(at).close();
        }
        origin.dispose();
        target.dispose();
    }

    /** Measures by hand, and waits by moving on. */
    public static final class HandPace implements Pace {
        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void pause(Duration atLeast) {
            nanos.addAndGet(atLeast.toNanos());
        }

        public void later(Duration much) {
            nanos.addAndGet(much.toNanos());
        }
    }

    private record OfSide(DataSource source, String table) implements Items {
        @Override
        public @Nullable Item findById(long id) throws SQLException {
            try (Connection connection = source.getConnection();
                    PreparedStatement statement =
                            connection.prepareStatement("select id, text from " + table + " where id = ?")) {
                statement.setLong(1, id);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? new Item(row.getLong(1), row.getString(2)) : null;
                }
            }
        }

        @Override
        public void save(Item item) throws SQLException {
            try (Connection connection = source.getConnection();
                    PreparedStatement statement =
                            connection.prepareStatement("merge into " + table + " (id, text) key (id) values (?, ?)")) {
                statement.setLong(1, item.id());
                statement.setString(2, item.text());
                statement.executeUpdate();
            }
        }

        @Override
        public void deleteById(long id) throws SQLException {
            try (Connection connection = source.getConnection();
                    PreparedStatement statement =
                            connection.prepareStatement("delete from " + table + " where id = ?")) {
                statement.setLong(1, id);
                statement.executeUpdate();
            }
        }
    }
}
