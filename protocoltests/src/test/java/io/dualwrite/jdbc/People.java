package io.dualwrite.jdbc;

import io.dualwrite.fence.Pace;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Throttle;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** People in a table of each of two H2 databases, and nodes of an application that moves them, one person a chunk. */
final class People {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    record Person(Long id, String email, String name) {}

    static final Table<Person, Long> TABLE =
            Jdbc.table("person", Person.class, Long.class).key(Person::id);

    final Sides<DataSource> databases;
    final FaultyDataSource origin;
    final FaultyDataSource target;
    private final Queue<Runnable> beforeChunks = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> beforeTarget = new ConcurrentLinkedQueue<>();

    /** {@code originColumns} and {@code targetColumns} come after the key, such as {@code email varchar(20) unique}. */
    People(String originColumns, String targetColumns) {
        this(
                Sides.each(side -> {
                    JdbcDataSource source = new JdbcDataSource();
                    source.setURL("jdbc:h2:mem:people" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
                    return source;
                }),
                originColumns,
                targetColumns);
    }

    /** In these databases, which are empty. */
    People(Sides<DataSource> databases, String originColumns, String targetColumns) {
        this.databases = databases;
        this.origin = new FaultyDataSource(databases.origin());
        this.target = new FaultyDataSource(databases.target());
        run(Side.ORIGIN, "create table person (id bigint primary key, " + originColumns + ")");
        run(Side.TARGET, "create table person (id bigint primary key, " + targetColumns + ")");
    }

    /** With these people on the origin, each as the values of a row. */
    static People of(String... values) {
        String columns = "email varchar(20), name varchar(20)";
        return new People(columns, columns).with(values);
    }

    People with(String... values) {
        for (String row : values) {
            run(Side.ORIGIN, "insert into person values (" + row + ")");
        }
        return this;
    }

    /** Another node, whose background work is not started. */
    JdbcMigration node() {
        return declare().build();
    }

    JdbcMigrationBuilder declare() {
        Brake brake = () -> {
            happen(beforeChunks);
            return null;
        };
        return Jdbc.migration("people", origin.dataSource(), watched(target.dataSource()))
                .records(TABLE)
                .createTables(true)
                .attestedBy("these tests")
                .backfill(
                        new BackfillSettings(1, 1, Duration.ofSeconds(1), Duration.ofMillis(1), Duration.ofMillis(200))
                                .withThrottle(Throttle.defaults().withBrake(brake)));
    }

    /** A node whose coordinator does something whenever it would wait. */
    JdbcMigration waiting(Runnable meanwhile) {
        return declare()
                .pace(new Pace() {
                    @Override
                    public long nanos() {
                        return Pace.real().nanos();
                    }

                    @Override
                    public void pause(Duration atLeast) throws InterruptedException {
                        meanwhile.run();
                        Pace.real().pause(atLeast);
                    }
                })
                .build();
    }

    /** What happens before each of the next backfill's chunks, first things first. */
    People beforeChunks(Runnable... happens) {
        beforeChunks.addAll(List.of(happens));
        return this;
    }

    /** What happens before each of the next connections to the target is made, first things first. */
    void beforeTargetIsReached(Runnable... happens) {
        beforeTarget.addAll(List.of(happens));
    }

    private DataSource watched(DataSource behind) {
        return (DataSource) Proxy.newProxyInstance(
                People.class.getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, given) -> {
                    if (method.getName().equals("equals")) {
                        return self == given[0];
                    }
                    if (method.getName().equals("getConnection")) {
                        happen(beforeTarget);
                    }
                    try {
                        return method.invoke(behind, given);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private static void happen(Queue<Runnable> things) {
        Runnable next = things.poll();
        if (next != null) {
            next.run();
        }
    }

    /** A node at SHADOW, with everything there that the switch asks for. */
    JdbcMigration readyToSwitch() throws Exception {
        JdbcMigration node = node();
        node.moveTo(Stage.DUAL_WRITE);
        node.backfill();
        node.moveTo(Stage.SHADOW);
        node.verify(VerifyPolicy.REPORT);
        return node;
    }

    /** Writes as the application does: in a transaction of the library's, on the side that has the authority. */
    static void write(JdbcMigration node, long id, String statement) {
        try {
            node.inTransaction(() -> inside(node, id, statement));
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** As {@link #write}, in the transaction that the thread is in. */
    static void inside(JdbcMigration node, long id, String statement) throws SQLException {
        Side side = node.currentSide();
        if (side == null) {
            throw new IllegalStateException("Nobody writes outside of a transaction here");
        }
        execute(node.dataSource(side), statement);
        node.changed(TABLE, id);
    }

    /** Past the library, each in a commit of its own. */
    void run(Side side, String... statements) {
        try {
            execute(databases.of(side), statements);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void execute(DataSource source, String... statements) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    List<String> rows(Side side) {
        return rows(side, "select id, email, name from person order by id");
    }

    long openIntents(Side side) {
        return Long.parseLong(
                rows(side, "select count(*) from dualwrite_journal").get(0));
    }

    List<String> rows(Side side, String query) {
        try (Connection connection = databases.of(side).getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> columns = new ArrayList<>();
                for (int at = 1; at <= result.getMetaData().getColumnCount(); at++) {
                    columns.add(String.valueOf(result.getString(at)));
                }
                rows.add(String.join(" ", columns));
            }
            return rows;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
