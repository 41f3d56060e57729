package io.dualwrite.testkit.simulation;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database that is nothing but simulation: a small SQL engine in memory that behaves towards its sessions as PostgreSQL
 * does, and calls itself that. It knows the SQL that the library writes and refuses any other loudly. Beyond what every
 * {@link SimulatedServer} does it crashes and restarts, has a clock of its own, loses nodes without noticing at once, and says
 * what happened inside.
 */
public final class SimulatedStore implements SimulatedServer {
    private static final Duration DEADLOCK_CHECK = Duration.ofSeconds(1);

    private final String name;
    private final StoreEngine engine;
    private final List<StoreConnection> open = new ArrayList<>();
    /** What all connections are taken to run over, as those of a pool do: whoever has looked at it knows the server. */
    private final Connection wire = (Connection) Proxy.newProxyInstance(
            SimulatedStore.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == args[0];
                default -> throw Unsimulated.of(method.getName() + " of what is behind a connection");
            });

    private Baton baton = new Baton(0, Hazards.NONE, 0);
    private Consumer<String> afterCommit = label -> {};
    private Consumer<String> noticed = what -> {};
    private Duration ahead = Duration.ZERO;
    private boolean down;

    public SimulatedStore(String name) {
        this.name = name;
        this.engine = new StoreEngine(new StoreEngine.Surroundings() {
            @Override
            public Instant now() {
                return baton.now().plus(ahead);
            }

            @Override
            public void await(BooleanSupplier ready, Duration atMost) {
                baton.await(ready, atMost);
            }

            @Override
            public Duration deadlockCheck() {
                return DEADLOCK_CHECK;
            }

            @Override
            public void noticed(String what) {
                baton.remark(what);
                noticed.accept(what);
            }
        });
    }

    Connection wire() {
        return wire;
    }

    @Override
    public String name() {
        return name;
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
                // A server hears of most deaths at once; of a machine that vanished it hears when it asks.
                boolean unheard = next.random().nextInt(4) == 0;
                for (StoreConnection connection : openOf(actor, node, all)) {
                    if (unheard) {
                        connection
                                .session()
                                .idleFor(Duration.ofSeconds(1 + next.random().nextInt(60)));
                    } else {
                        connection.kill();
                    }
                }
            }

            @Override
            public void stopped(String actor, String node, boolean all, boolean cut) {
                for (StoreConnection connection : openOf(actor, node, all)) {
                    if (cut && next.random().nextBoolean()) {
                        connection.kill();
                    }
                }
            }
        });
    }

    private List<StoreConnection> openOf(String actor, String node, boolean all) {
        return open.stream().filter(each -> each.isOf(actor, node, all)).toList();
    }

    /** The server whose refusal this failure comes from; null when it comes from none. */
    public static @Nullable String refusing(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof Refusal refusal) {
                return refusal.server();
            }
        }
        return null;
    }

    /** Is told what happens inside: waits, time-outs, deadlocks, and commits whose caller is not told. */
    public void onNoticed(Consumer<String> listener) {
        noticed = listener;
    }

    /**
     * Whether others see what was committed before it is in the log, and a crash between takes it back; from now on. Such a
     * server says of itself that {@code synchronous_commit} is off, but answers a commit only once it is in the log.
     */
    public void early(boolean isEarly) {
        engine.early(isEarly);
    }

    boolean isEarly() {
        return engine.isEarly();
    }

    /** Sets this server's clock so much ahead of the simulation's. */
    public void clockAhead(Duration by) {
        ahead = by;
    }

    @Override
    public void execute(String sql) {
        StoreSession session = engine.open();
        try {
            session.execute(sql, new @Nullable Object[0], Duration.ZERO);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        } finally {
            session.kill();
        }
    }

    @Override
    public List<Map<String, @Nullable Object>> committed(String table) {
        return engine.committed(table);
    }

    @Override
    public void down(boolean isDown) {
        down = isDown;
        if (isDown) {
            crash();
        }
    }

    /** Dies and is back at once: all sessions are lost, what was committed is there, as far as it was in the log. */
    public void crash() {
        killAll();
        engine.crash();
    }

    boolean isDown() {
        return down;
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
                    default -> throw Refusal.of("0A000", method.getName() + " is not simulated");
                });
    }

    private Object connect(String label, UnaryOperator<String> rewrite) throws SQLException {
        if (baton.isDead()) {
            throw new Crashed();
        }
        if (down) {
            baton.step(name, " connect");
            throw Refusal.of("08001", name + " is down").by(name);
        }
        StoreConnection connection = new StoreConnection(this, baton, engine, label, rewrite);
        open.add(connection);
        return connection.handle();
    }

    void closed(StoreConnection connection) {
        open.remove(connection);
    }

    void committed(StoreConnection connection, String label) {
        if (!baton.isDead()) {
            afterCommit.accept(label);
        }
    }

    void tell(String what) {
        baton.remark(what);
        noticed.accept(what);
    }

    private void killAll() {
        List.copyOf(open).forEach(StoreConnection::kill);
    }

    @Override
    public void close() {
        killAll();
    }
}
