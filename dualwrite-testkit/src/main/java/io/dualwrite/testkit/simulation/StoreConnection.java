package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.SqlStatement.Isolation;
import io.dualwrite.testkit.simulation.StoreSession.Answer;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One connection of a simulated store, as its user has it, with everything that may happen to it. */
final class StoreConnection {
    private static final int SLOWEST_LOG_MILLIS = 300;

    private final SimulatedStore store;
    private final Baton baton;
    private final StoreEngine engine;
    private final StoreSession session;
    private final String label;
    private final String owner = Baton.self();
    private final String node = Baton.node();
    private final UnaryOperator<String> rewrite;
    private final Connection handle;
    private int savepoints;
    private boolean readOnly;
    private boolean closed;

    StoreConnection(
            SimulatedStore store, Baton baton, StoreEngine engine, String label, UnaryOperator<String> rewrite) {
        this.store = store;
        this.baton = baton;
        this.engine = engine;
        this.session = engine.open();
        this.label = label;
        this.rewrite = rewrite;
        this.handle = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, args) -> invoke(proxy, method, args == null ? new Object[0] : args));
    }

    Connection handle() {
        return handle;
    }

    StoreSession session() {
        return session;
    }

    boolean isOf(String actor, String itsNode, boolean all) {
        return owner.equals(actor) || (all && node.equals(itsNode));
    }

    /** The server ends the session; the user finds out later. */
    void kill() {
        session.kill();
        store.closed(this);
    }

    private @Nullable Object invoke(Object proxy, Method method, Object[] args) throws SQLException {
        switch (method.getName()) {
            case "hashCode":
                return System.identityHashCode(proxy);
            case "equals":
                return proxy == args[0];
            case "toString":
                return "connection of " + owner + " to " + store.name();
            case "isClosed":
                return closed || session.isDead();
            case "isValid":
                return !closed && !session.isDead();
            case "close":
            case "abort":
                // What a dead node's code still does on its way out reaches nobody.
                if (!baton.isDead()) {
                    closed = true;
                    kill();
                }
                return null;
            case "isWrapperFor":
                return false;
            case "unwrap":
                return store.wire();
            case "getNetworkTimeout":
                return 0;
            case "setNetworkTimeout":
            case "clearWarnings":
                return null;
            case "getCatalog":
                return "simulated";
            case "getSchema":
                return "public";
            default:
                break;
        }
        usable();
        return used(method.getName(), args);
    }

    private @Nullable Object used(String name, Object[] args) throws SQLException {
        switch (name) {
            case "createStatement":
                return new StoreStatement(this, null).handle();
            case "prepareStatement":
                return new StoreStatement(this, rewrite.apply((String) args[0])).handle();
            case "getMetaData":
                return StoreMetaData.of(this, engine);
            case "commit":
                commit();
                return null;
            case "rollback":
                if (args.length == 1 && args[0] instanceof Savepoint savepoint) {
                    session.rollBackTo(savepoint.getSavepointName());
                } else {
                    session.rollBack();
                }
                return null;
            case "setSavepoint":
                String called = args.length == 0 ? "s" + ++savepoints : (String) args[0];
                session.savepoint(called);
                return savepoint(called);
            case "releaseSavepoint":
                session.release(((Savepoint) args[0]).getSavepointName());
                return null;
            case "getAutoCommit":
                return session.isAutoCommit();
            case "setAutoCommit":
                if (Boolean.TRUE.equals(args[0]) && !session.isAutoCommit()) {
                    commit();
                }
                session.autoCommit(Boolean.TRUE.equals(args[0]));
                return null;
            case "setTransactionIsolation":
                session.isolation(level((Integer) args[0]));
                return null;
            case "getTransactionIsolation":
                return switch (session.isolation()) {
                    case READ_COMMITTED -> Connection.TRANSACTION_READ_COMMITTED;
                    case REPEATABLE_READ -> Connection.TRANSACTION_REPEATABLE_READ;
                    case SERIALIZABLE -> Connection.TRANSACTION_SERIALIZABLE;
                };
            case "setReadOnly":
                readOnly = Boolean.TRUE.equals(args[0]);
                return null;
            case "isReadOnly":
                return readOnly;
            default:
                throw Unsimulated.of(name + " of a connection");
        }
    }

    private static Isolation level(int number) {
        return switch (number) {
            case Connection.TRANSACTION_REPEATABLE_READ -> Isolation.REPEATABLE_READ;
            case Connection.TRANSACTION_SERIALIZABLE -> Isolation.SERIALIZABLE;
            default -> Isolation.READ_COMMITTED;
        };
    }

    private static Savepoint savepoint(String name) {
        return new Savepoint() {
            @Override
            public int getSavepointId() {
                return 0;
            }

            @Override
            public String getSavepointName() {
                return name;
            }
        };
    }

    private void usable() throws SQLException {
        if (baton.isDead()) {
            throw new Crashed();
        }
        if (closed) {
            throw Refusal.of("08003", "closed");
        }
        if (session.isDead() || store.isDown()) {
            throw lost();
        }
    }

    private SQLException lost() {
        kill();
        return Refusal.of("08006", "connection to " + store.name() + " lost").by(store.name());
    }

    String rewritten(String sql) {
        return rewrite.apply(sql);
    }

    /** Runs a statement, or does to it whatever befalls it. */
    Answer execute(String sql, @Nullable Object[] parameters, Duration limit) throws SQLException {
        usable();
        if (isOrder(sql)) {
            // Nobody else can tell when a session was told how to behave.
            return session.execute(sql, parameters, limit);
        }
        baton.step(store.name(), sql);
        usable();
        if (baton.mishap(baton.hazards().victim())) {
            store.tell("rolled back as a deadlock's victim");
            session.fail();
            throw Refusal.of("40P01", "deadlock detected").by(store.name());
        }
        boolean losing = baton.mishap(baton.hazards().loss());
        if (losing && baton.random().nextBoolean()) {
            store.tell("connection lost before");
            throw lost();
        }
        boolean alone = session.isAutoCommit();
        Answer answer = run(sql, parameters, limit);
        if (alone && !answer.isQuery()) {
            store.committed(this, label);
        }
        if (losing) {
            store.tell("connection lost after");
            throw lost();
        }
        return answer;
    }

    private Answer run(String sql, @Nullable Object[] parameters, Duration limit) throws SQLException {
        try {
            return session.execute(sql, parameters, limit);
        } catch (Refusal refusal) {
            baton.remark(String.valueOf(refusal.getMessage()));
            throw refusal.by(store.name());
        }
    }

    private static boolean isOrder(String sql) {
        return sql.length() > 4 && sql.substring(0, 4).toLowerCase(Locale.ROOT).equals("set ");
    }

    private void commit() throws SQLException {
        if (!session.hasWritten()) {
            session.commit();
            return;
        }
        baton.step(store.name(), " commit");
        usable();
        if (baton.mishap(baton.hazards().unknownCommit())) {
            boolean happens = baton.random().nextBoolean();
            store.tell(label + ": commit of unknown outcome " + (happens ? "happened" : "did not happen"));
            if (happens) {
                session.commit();
                store.committed(this, label);
            }
            throw lost();
        }
        session.commit();
        store.committed(this, label);
        if (store.isEarly()) {
            long mine = engine.latest();
            baton.pause(Duration.ofMillis(baton.random().nextInt(SLOWEST_LOG_MILLIS)));
            usable();
            engine.flush(mine);
        }
    }
}
