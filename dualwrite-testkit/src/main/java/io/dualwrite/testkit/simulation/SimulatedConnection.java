package io.dualwrite.testkit.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One connection of a simulated database, as its user and as its server see it. */
final class SimulatedConnection {
    private static final Pattern LOCK_TIMEOUT = Pattern.compile("(?i)\\s*set\\s+lock_timeout\\s+(\\d+)\\s*");
    private static final Pattern TIMESTAMP = Pattern.compile("(?i)\\bcurrent_timestamp\\b(\\s*\\(\\s*\\d?\\s*\\))?");
    private static final Pattern PATIENCE = Pattern.compile("(?i)(\\bfor\\s+update)\\s+(nowait|wait\\s+[\\d.]+)");
    private static final Duration USUAL_LOCK_WAIT = Duration.ofSeconds(2);
    /** For every statement that brings a bound of its own: the same, as the text's may come from a real clock. */
    private static final Duration SHORT_LOCK_WAIT = Duration.ofMillis(200);

    private final SimulatedDatabase database;
    private final Baton baton;
    private final Connection real;
    private final String label;
    private final String owner;
    private final String node;
    private final UnaryOperator<String> rewrite;
    private final Connection handle;
    private Duration lockWait = USUAL_LOCK_WAIT;
    /** Whether anything ran since the last commit or rollback; otherwise a commit is none. */
    private boolean begun;

    private boolean dead;
    private boolean closed;

    SimulatedConnection(
            SimulatedDatabase database, Baton baton, Connection real, String label, UnaryOperator<String> rewrite) {
        this.database = database;
        this.baton = baton;
        this.real = real;
        this.label = label;
        this.owner = Baton.self();
        this.node = Baton.node();
        this.rewrite = rewrite;
        this.handle = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, args) -> invoke(proxy, method, args));
    }

    Connection handle() {
        return handle;
    }

    String owner() {
        return owner;
    }

    String node() {
        return node;
    }

    /** The server ends the session: what was not committed is rolled back, locks go, the user finds out later. */
    void kill() {
        if (dead || closed) {
            return;
        }
        dead = true;
        try {
            database.giveBack(this, real);
        } catch (SQLException e) {
            throw new IllegalStateException("H2 could not roll back", e);
        }
    }

    private @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args) throws Throwable {
        switch (method.getName()) {
            case "hashCode":
                return System.identityHashCode(proxy);
            case "equals":
                return args != null && proxy == args[0];
            case "toString":
                return "connection of " + owner + " to " + database.name();
            case "isClosed":
                return closed || dead;
            case "isValid":
                return !closed && !dead;
            case "close":
            case "abort":
                close();
                return null;
            case "setNetworkTimeout":
                return null;
            case "unwrap":
            case "isWrapperFor":
                return call(real, method, args);
            default:
                break;
        }
        usable();
        switch (method.getName()) {
            case "createStatement":
                return new SimulatedStatement(this, (Statement) result(call(real, method, args)), "", false).handle();
            case "prepareStatement": {
                Object[] rewritten = result(args).clone();
                String sql = text((String) rewritten[0]);
                rewritten[0] = patient(sql);
                return new SimulatedStatement(
                                this, (PreparedStatement) result(call(real, method, rewritten)), sql, true)
                        .handle();
            }
            case "prepareCall":
                throw new SQLException("prepareCall is not simulated: " + CallableStatement.class);
            case "commit":
                commit();
                return null;
            case "rollback":
                call(real, method, args);
                H2Waiting.mend(real);
                begun = args != null;
                database.released();
                return null;
            case "setAutoCommit":
                if (!real.getAutoCommit() && Boolean.TRUE.equals(result(args)[0])) {
                    commit();
                }
                return call(real, method, args);
            default:
                return call(real, method, args);
        }
    }

    private static <T> T result(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("H2 returned null");
        }
        return value;
    }

    private void close() throws SQLException {
        if (!closed && !dead) {
            database.giveBack(this, real);
        }
        closed = true;
    }

    private void usable() throws SQLException {
        if (baton.isDead()) {
            throw new Crashed();
        }
        if (closed) {
            throw new SQLException("closed", "08003");
        }
        if (dead || database.isDown()) {
            throw lost();
        }
    }

    private SQLException lost() {
        kill();
        return new SQLException("connection to " + database.name() + " lost", "08006");
    }

    private void commit() throws SQLException {
        if (!begun) {
            return;
        }
        baton.step(database.name() + " commit");
        usable();
        if (baton.mishap(baton.hazards().unknownCommit())) {
            boolean happens = baton.random().nextBoolean();
            baton.remark("commit " + (happens ? "happens" : "fails") + " and the caller is not told");
            begun = false;
            if (happens) {
                real.commit();
                database.commitNoted(label);
            }
            throw lost();
        }
        real.commit();
        begun = false;
        database.commitNoted(label);
    }

    /** The text as the simulated server takes it. */
    String text(String sql) {
        Matcher timestamp = TIMESTAMP.matcher(rewrite.apply(sql));
        return timestamp.replaceAll("sim_now()");
    }

    /** The text without a bound for waiting, which the simulation takes care of. */
    static String patient(String sql) {
        return PATIENCE.matcher(sql).replaceAll("$1");
    }

    /** One execution on the server. */
    @FunctionalInterface
    interface Execution<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    /** Whether this was an order to the session that the simulation carries out itself. */
    boolean swallowed(String sql) {
        Matcher wait = LOCK_TIMEOUT.matcher(sql);
        if (wait.matches()) {
            lockWait = Duration.ofMillis(Long.parseLong(wait.group(1)));
            return true;
        }
        return false;
    }

    <T extends @Nullable Object> T execute(String sql, Execution<T> execution) throws SQLException {
        baton.step(database.name() + " " + sql);
        usable();
        if (baton.mishap(baton.hazards().victim())) {
            baton.remark("rolled back as a deadlock's victim");
            if (!real.getAutoCommit()) {
                real.rollback();
                begun = false;
            }
            database.released();
            throw new SQLException("deadlock, you are the victim", "40001");
        }
        boolean losing = baton.mishap(baton.hazards().loss());
        if (losing && baton.random().nextBoolean()) {
            baton.remark("connection lost before");
            throw lost();
        }
        begun = true;
        T answer = waiting(sql, execution);
        if (real.getAutoCommit() && !isQuery(sql)) {
            database.commitNoted(label);
        }
        if (losing) {
            baton.remark("connection lost after");
            throw lost();
        }
        return answer;
    }

    private <T extends @Nullable Object> T waiting(String sql, Execution<T> execution) throws SQLException {
        Instant until = baton.now().plus(PATIENCE.matcher(sql).find() ? SHORT_LOCK_WAIT : lockWait);
        while (true) {
            long seen = database.releases();
            try {
                return execution.run();
            } catch (SQLException e) {
                H2Waiting.mend(real);
                boolean locked = e.getErrorCode() == org.h2.api.ErrorCode.LOCK_TIMEOUT_1;
                if (!locked || Baton.current() == null) {
                    throw e;
                }
                Duration left = Duration.between(baton.now(), until);
                baton.remark("waits for a lock");
                if (left.isNegative() || !baton.await(() -> database.releases() != seen || dead, left)) {
                    baton.remark("lock time-out");
                    throw e;
                }
                usable();
            }
        }
    }

    private static boolean isQuery(String sql) {
        String head = sql.stripLeading();
        return head.length() >= 6
                && head.substring(0, 6).toLowerCase(Locale.ROOT).equals("select");
    }

    static @Nullable Object call(Object on, Method method, Object @Nullable [] args) throws Throwable {
        try {
            return method.invoke(on, args);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
