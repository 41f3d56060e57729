package io.dualwrite.testkit.simulation;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * An H2 database in memory whose connections pass the {@link Baton} at every statement and commit, suffer its
 * {@link Hazards}, wait for row locks in simulated time, and read the simulated clock as {@code current_timestamp}. Real
 * connections are kept between runs, so a run costs no more than its statements.
 */
public final class SimulatedDatabase implements AutoCloseable {
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

    /**
     * Begins a run: what is left of the last one is rolled back. After each commit {@code hook} is called, still holding the
     * baton, with the label of the source that the connection came from.
     */
    public void attach(Baton next, Consumer<String> hook) {
        killAll();
        baton = next;
        afterCommit = hook;
        down = false;
        next.onDeath(forGood -> {
            for (SimulatedConnection connection : new ArrayList<>(open)) {
                // A server notices the loss of one connection and not yet of another.
                if (connection.owner().equals(Baton.self())
                        && (forGood || next.random().nextBoolean())) {
                    connection.kill();
                }
            }
        });
        SimulatedClock.SETTING_UP.set(next);
    }

    /** Runs one statement outside the simulation. */
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

    /** While down, every new connection and statement fails with 08001 or 08006. */
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

    /** As {@link #dataSource()}, labelled, each statement's text rewritten first: how a wrong variation is tried out. */
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

    String name() {
        return name;
    }

    /** How often locks were released so far. */
    long releases() {
        return releases;
    }

    void released() {
        releases++;
    }

    void committed(String label) {
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
