package io.dualwrite.testkit.simulation;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * An H2 database in memory whose connections pass the {@link Baton} at every statement and commit, suffer its
 * {@link Hazards}, wait for row locks in simulated time, and read the simulated clock as {@code current_timestamp}. Real
 * connections are kept between runs, so a run costs no more than its statements.
 */
public final class SimulatedDatabase implements SimulatedServer {
    private final String name;
    private final String url;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final List<SimulatedConnection> open = new ArrayList<>();
    private final Connection keeper;
    private Baton baton = new Baton(0, Hazards.NONE, 0);
    private Consumer<String> afterCommit = label -> {};
    private long releases;
    private boolean down;

    public SimulatedDatabase(String name) {
        this.name = name;
        this.url = "jdbc:h2:mem:" + name + UUID.randomUUID()
                + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=1;QUERY_CACHE_SIZE=128;DB_CLOSE_ON_EXIT=FALSE";
        try {
            keeper = DriverManager.getConnection(url, "sa", "");
            execute("create alias sim_now for \"" + SimulatedClock.class.getName() + ".now\"");
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot open " + url, e);
        }
    }

    @Override
    public void attach(Baton next, Consumer<String> hook) {
        killAll();
        baton = next;
        afterCommit = hook;
        down = false;
        next.watch(new Baton.Watcher() {
            @Override
            public void killed(String actor, String node, boolean all) {
                openOf(actor, node, all).forEach(SimulatedConnection::kill);
            }

            @Override
            public void stopped(String actor, String node, boolean all, boolean cut) {
                for (SimulatedConnection connection : openOf(actor, node, all)) {
                    // A server notices the loss of one connection and not yet of another.
                    if (cut && next.random().nextBoolean()) {
                        connection.kill();
                    }
                }
            }
        });
        SimulatedClock.SETTING_UP.set(next);
    }

    private List<SimulatedConnection> openOf(String actor, String node, boolean all) {
        return open.stream()
                .filter(each ->
                        each.owner().equals(actor) || (all && each.node().equals(node)))
                .toList();
    }

    @Override
    public void execute(String sql) {
        try (Statement statement = keeper.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** A connection outside the simulation: it sees what is committed and waits for nobody. Do not close it. */
    public Connection plain() {
        return keeper;
    }

    @Override
    public List<Map<String, @Nullable Object>> committed(String table) {
        try (Statement statement = keeper.createStatement();
                ResultSet rows = statement.executeQuery("select * from " + table)) {
            List<Map<String, @Nullable Object>> found = new ArrayList<>();
            while (rows.next()) {
                Map<String, @Nullable Object> row = new TreeMap<>();
                for (int at = 1; at <= rows.getMetaData().getColumnCount(); at++) {
                    Object value = rows.getObject(at);
                    row.put(
                            rows.getMetaData().getColumnLabel(at).toLowerCase(Locale.ROOT),
                            value instanceof Integer || value instanceof Short ? rows.getLong(at) : value);
                }
                found.add(row);
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void down(boolean isDown) {
        down = isDown;
        if (isDown) {
            killAll();
        }
    }

    boolean isDown() {
        return down;
    }

    /** Connections that take part in the simulation. */
    public DataSource dataSource() {
        return dataSource("", UnaryOperator.identity());
    }

    @Override
    public DataSource dataSource(String label, UnaryOperator<String> rewrite) {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getConnection" -> connect(label, rewrite);
                    case "getLoginTimeout" -> 0;
                    case "isWrapperFor" -> false;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> args != null && proxy == args[0];
                    case "toString" -> "simulated " + name;
                    default -> throw new SQLException(method.getName() + " is not simulated");
                });
    }

    private Connection connect(String label, UnaryOperator<String> rewrite) throws SQLException {
        baton.step(name + " connect");
        if (down) {
            throw new SQLException(name + " is down", "08001");
        }
        Connection real = idle.poll();
        if (real == null) {
            real = DriverManager.getConnection(url, "sa", "");
        }
        SimulatedConnection connection = new SimulatedConnection(this, baton, real, label, rewrite);
        open.add(connection);
        return connection.handle();
    }

    @Override
    public String name() {
        return name;
    }

    /** How often locks were released so far. */
    long releases() {
        return releases;
    }

    void released() {
        releases++;
    }

    void commitNoted(String label) {
        releases++;
        if (!baton.isDead()) {
            afterCommit.accept(label);
        }
    }

    /** Takes a real connection back, rolled back. */
    void giveBack(SimulatedConnection connection, Connection real) throws SQLException {
        if (!open.remove(connection)) {
            return;
        }
        if (!real.getAutoCommit()) {
            real.rollback();
            real.setAutoCommit(true);
        }
        if (real.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
            real.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
        real.setReadOnly(false);
        releases++;
        idle.push(real);
    }

    private void killAll() {
        new ArrayList<>(open).forEach(SimulatedConnection::kill);
    }

    @Override
    public void close() {
        killAll();
        try {
            execute("shutdown");
        } finally {
            idle.clear();
        }
    }
}
