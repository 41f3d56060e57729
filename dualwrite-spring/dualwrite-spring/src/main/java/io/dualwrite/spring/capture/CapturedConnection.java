package io.dualwrite.spring.capture;

import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.jdbc.HeldFence;
import io.dualwrite.spring.capture.Effect.Command;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a connection of the application's: fences its transactions, collects the records that they change, and writes
 * their intents before the commit. What is collected stays until the transaction has ended, whatever savepoints it goes back
 * to: an intent too many costs one read. As little thread-safe as the connection.
 */
final class CapturedConnection implements InvocationHandler {
    private static final String READ_ONLY = "25006";

    private final Route route;
    private final Connection proxy;
    /** Whether it was taken to read from one side, whichever has the authority. */
    private final boolean reading;

    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private Side side;
    private Capture capture;
    private Connection raw;
    private final Changes changes = new Changes();
    private final List<GeneratedKeys> unread = new ArrayList<>();
    private boolean autoCommit;
    /** Said so by the application; some engines do not remember it. */
    private boolean readOnly;

    private @Nullable HeldFence fence;
    /** Whether the transaction has done anything that going back to its begin would lose. */
    private boolean touched;
    /** Whether it has done something before the migration had ever begun, at which nobody has looked. */
    private boolean unexamined;

    /** What the application has set on the connection, to be set again on another one. */
    private record Setting(Method setter, @Nullable Object @Nullable [] args) {}

    private CapturedConnection(Route route, Side side, Connection raw) throws SQLException {
        this.route = route;
        this.side = side;
        this.capture = route.capture(side);
        this.raw = raw;
        this.autoCommit = raw.getAutoCommit();
        this.reading = ReadingSide.current() != null;
        this.proxy = (Connection) Proxy.newProxyInstance(
                CapturedConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    static Connection of(Route route, Side side) throws SQLException {
        return of(route, side, route.pool(side).getConnection());
    }

    static Connection of(Route route, Side side, Connection raw) throws SQLException {
        try {
            return new CapturedConnection(route, side, raw).proxy;
        } catch (SQLException | RuntimeException failure) {
            raw.close();
            throw failure;
        }
    }

    /** What is behind a connection that was made here, or null. */
    static @Nullable CapturedConnection behind(Connection connection) {
        return Proxy.isProxyClass(connection.getClass())
                        && Proxy.getInvocationHandler(connection) instanceof CapturedConnection captured
                ? captured
                : null;
    }

    /** What was changed on a connection that was made here; nothing on another. */
    static Set<RecordId> changed(Connection connection) {
        CapturedConnection captured = behind(connection);
        if (captured == null) {
            return Set.of();
        }
        captured.finishUnread();
        return Set.copyOf(captured.changes.records());
    }

    Connection proxy() {
        return proxy;
    }

    Side side() {
        return side;
    }

    Capture capture() {
        return capture;
    }

    Changes changes() {
        return changes;
    }

    Connection raw() {
        return raw;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        switch (method.getName()) {
            case "equals":
                return args != null && self == args[0];
            case "hashCode":
                return System.identityHashCode(self);
            case "toString":
                return "captured " + raw;
            case "unwrap":
                return unwrapped(self, args);
            case "isWrapperFor":
                return args != null && args[0] instanceof Class<?> type && type.isInstance(self);
            case "commit":
                commit();
                return null;
            case "rollback":
                return rollBack(method, args);
            case "setAutoCommit":
                setAutoCommit(args != null && Boolean.TRUE.equals(args[0]));
                return null;
            case "setTransactionIsolation", "setSchema", "setCatalog":
                beforeCommand();
                break;
            case "createStatement":
                if (args != null && args.length > 1 && args[1] instanceof Integer concurrency) {
                    PreparedCapture.requireReadOnlyResults(this, concurrency);
                }
                break;
            case "setReadOnly":
                readOnly = args != null && Boolean.TRUE.equals(args[0]);
                break;
            case "setSavepoint":
                touched = true;
                break;
            case "close":
                ended();
                break;
            default:
                break;
        }
        if (method.getName().startsWith("prepare")) {
            return PreparedCapture.prepare(this, method, args);
        }
        if (method.getName().equals("createStatement") && route.follows()) {
            begin();
        }
        Object answer = Through.call(raw, method, args);
        if (method.getName().startsWith("set") && !touched) {
            settings.put(method.getName(), new Setting(method, args));
        }
        if (answer instanceof Statement statement) {
            return new CapturedStatement(this, statement, null, false).proxy();
        }
        return answer instanceof DatabaseMetaData metaData ? metaData(metaData) : answer;
    }

    private static Object unwrapped(Object self, @Nullable Object @Nullable [] args) throws SQLException {
        if (args != null && args[0] instanceof Class<?> type && type.isInstance(self)) {
            return self;
        }
        throw new SQLException(
                "What is behind this connection is not handed out: the records that it changes would not be noticed",
                "0A000");
    }

    private Object metaData(DatabaseMetaData behind) {
        return Proxy.newProxyInstance(
                CapturedConnection.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                (self, method, args) ->
                        method.getName().equals("getConnection") ? proxy : Through.call(behind, method, args));
    }

    /** A statement that is executed on this connection. */
    interface Execution {
        List<Entry> entries();

        /** Notes what is known to be changed before the call. */
        void before() throws Throwable;

        @Nullable Object call() throws Throwable;

        /** Notes what is known only afterwards, where the call succeeded; returns what the application gets. */
        @Nullable Object after(@Nullable Object result) throws SQLException;

        /** Whether the application is going to read keys that are known only then. */
        boolean leavesKeysUnread();

        /** Notes what may have been changed, where it failed. */
        void failed();
    }

    @Nullable Object execute(Execution execution) throws Throwable {
        Command command = null;
        boolean changing = false;
        for (Entry entry : execution.entries()) {
            capture.admit(entry.effect());
            command = entry.effect() instanceof Command one ? one : command;
            changing |= entry.changes();
            unexamined |= entry.effect() instanceof Effect.Unexamined;
        }
        if (command != null) {
            if (changing) {
                capture.admit(new Effect.Inseparable("changes and commands are in one batch"));
            }
            return command(command, execution);
        }
        if (changing && reading) {
            throw new SQLException(
                    "A call that was declared to read changes records of migration '"
                            + capture.migration().name() + "'; do not declare it with @Reads",
                    READ_ONLY);
        }
        if (autoCommit) {
            return changing ? executeAlone(execution) : execution.call();
        }
        fence(false);
        touched = true;
        return changing ? executeChange(execution) : watched(execution::call);
    }

    private @Nullable Object command(Command command, Execution execution) throws Throwable {
        if (!autoCommit && command.commitsNothing(raw.getMetaData().getDatabaseProductName())) {
            fence(false);
            touched = true;
            return watched(execution::call);
        }
        if (!command.takesBack()) {
            beforeCommand();
        }
        touched = true;
        letGo();
        return execution.call();
    }

    private @Nullable Object executeChange(Execution execution) throws Throwable {
        return watched(() -> {
            execution.before();
            try {
                return execution.after(execution.call());
            } catch (Throwable failure) {
                execution.failed();
                throw failure;
            }
        });
    }

    /** Some engines roll everything back after a failure and go on in a transaction that holds nothing. */
    private @Nullable Object watched(Call call) throws Throwable {
        try {
            return call.make();
        } catch (SQLException failure) {
            letGo();
            throw failure;
        }
    }

    @FunctionalInterface
    private interface Call {
        @Nullable Object make() throws Throwable;
    }

    private @Nullable Object executeAlone(Execution execution) throws Throwable {
        if (execution.leavesKeysUnread()) {
            capture.admit(new Effect.Inseparable(
                    "it asks for keys that the database generates, and is in no transaction; begin one"));
        }
        raw.setAutoCommit(false);
        try {
            fence(false);
            Object result = executeChange(execution);
            Collection<RecordId> records = journalled();
            raw.commit();
            announce(records);
            return result;
        } catch (Throwable failure) {
            takeBack(failure);
            throw failure;
        } finally {
            ended();
            raw.setAutoCommit(true);
        }
    }

    void unread(GeneratedKeys keys) {
        unread.add(keys);
    }

    private void commit() throws SQLException {
        Collection<RecordId> records = journalled();
        boolean named = !changes.isEmpty();
        raw.commit();
        ended();
        if (named) {
            announce(records);
        }
    }

    /** Tells of a commit with intents. */
    private void announce(Collection<RecordId> records) throws SQLException {
        if (capture.isReady()) {
            capture.early().forget();
            capture.migration().committed(records);
        }
    }

    private @Nullable Object rollBack(Method method, @Nullable Object @Nullable [] args) throws Throwable {
        boolean whole = args == null || args.length == 0 || !(args[0] instanceof Savepoint);
        if (!whole) {
            finishUnread();
        }
        Object answer = Through.call(raw, method, args);
        if (whole) {
            ended();
        }
        return answer;
    }

    private void setAutoCommit(boolean on) throws SQLException {
        Collection<RecordId> records = on && !autoCommit ? journalled() : List.of();
        raw.setAutoCommit(on);
        if (on != autoCommit) {
            ended();
        }
        boolean begins = autoCommit && !on;
        autoCommit = on;
        if (begins && route.fencesAtBegin()) {
            fenceAtBegin();
        }
        if (!records.isEmpty()) {
            announce(records);
        }
    }

    /** Waits for a handover and goes over to the other side if need be; no transaction is begun where that fails. */
    private void fenceAtBegin() throws SQLException {
        try {
            fence(true);
        } catch (SQLException failure) {
            raw.setAutoCommit(true);
            autoCommit = true;
            throw failure;
        }
    }

    private void ended() {
        changes.clear();
        unread.clear();
        letGo();
        touched = false;
        unexamined = false;
    }

    /** The fence may not be held any more, and is taken anew when it is needed. */
    private void letGo() {
        HeldFence held = fence;
        if (held != null) {
            held.close();
            fence = null;
        }
    }

    private void finishUnread() {
        unread.forEach(GeneratedKeys::finish);
        unread.clear();
    }

    /** Some engines commit before a command: whatever was changed gets its intents first, and once more in the end. */
    private void beforeCommand() throws SQLException {
        if (!autoCommit) {
            journalled();
            letGo();
            touched = true;
        }
    }

    /**
     * Writes the intents of everything that was changed, holding the fence.
     *
     * @throws SQLException when they could not be written: all is rolled back then, since whoever handles the failure may
     *     commit what is left by switching to autocommit
     */
    private Collection<RecordId> journalled() throws SQLException {
        finishUnread();
        if (unexamined && capture.isReady()) {
            capture.tables().forEach(changes::whole);
        }
        if (changes.isEmpty() || !capture.isReady()) {
            return List.of();
        }
        capture.nameEarly(changes);
        try {
            HeldFence held = fence == null ? capture.migration().hold(raw) : fence;
            fence = held;
            held.inTransaction(() -> changes.nameTo(capture.migration()));
            return changes.records();
        } catch (Exception failure) {
            SQLException told = told(failure);
            takeBack(told);
            ended();
            throw told;
        }
    }

    private void takeBack(Throwable failure) {
        try {
            raw.rollback();
        } catch (SQLException more) {
            failure.addSuppressed(more);
        }
    }

    private static SQLException told(Exception failure) {
        if (failure instanceof SQLException sql) {
            return sql;
        }
        String message = String.valueOf(failure.getMessage());
        return failure instanceof StageMovedException
                ? new SQLTransactionRollbackException(message, "40001", failure)
                : new SQLException(message, "25000", failure);
    }

    /** Fences the transaction before a statement is made; going over to the other side is still possible then. */
    void begin() throws SQLException {
        if (!autoCommit) {
            fence(!touched && !route.fencesAtBegin());
        }
    }

    /** Holds the fence from now on, waiting for no handover. */
    void fenceAtOnce() throws SQLException {
        if (autoCommit || !isToBeFenced()) {
            return;
        }
        try {
            fence = capture.migration().hold(raw);
        } catch (Exception failure) {
            throw told(failure);
        }
    }

    /** Whether nothing holds the fence for this transaction yet, and something has to. */
    private boolean isToBeFenced() throws SQLException {
        // Where another transaction of the migration goes on in this thread, this one is fenced with its intents.
        return fence == null
                && !readOnly
                && !reading
                && !raw.isReadOnly()
                && capture.isReady()
                && capture.migration().currentSide() == null;
    }

    /**
     * Holds the fence from the transaction's first statement on. Waits for a handover only where nothing was done yet: there is
     * nothing that going back would lose, and no lock that the handover might wait for.
     */
    private void fence(boolean mayMove) throws SQLException {
        if (!isToBeFenced()) {
            return;
        }
        Pace.Deadline patience = capture.patience();
        while (true) {
            try {
                fence = capture.migration().hold(raw);
                return;
            } catch (StageMovedException moved) {
                if (touched || patience.isOver()) {
                    throw told(moved);
                }
                raw.rollback();
                if (isElsewhere()) {
                    if (!mayMove || !route.follows()) {
                        throw told(moved);
                    }
                    goOver();
                } else {
                    capture.rest();
                }
            } catch (Exception failure) {
                throw told(failure);
            }
        }
    }

    /** Whether the other side has the authority, as far as this node knows. */
    private boolean isElsewhere() {
        return capture.leader() != side && capture.migration().stage() != Stage.FROZEN;
    }

    /** Goes on with a connection of the other side, set as this one was; nothing has been done on this one. */
    private void goOver() throws SQLException {
        Side other = side.other();
        route.capture(other).prepare();
        Connection next = route.pool(other).getConnection();
        try {
            for (Setting setting : settings.values()) {
                Through.call(next, setting.setter(), setting.args());
            }
            next.setAutoCommit(false);
            raw.setAutoCommit(true);
        } catch (Throwable failure) {
            next.close();
            throw failure instanceof SQLException sql ? sql : new SQLException(failure);
        }
        Connection left = raw;
        raw = next;
        side = other;
        capture = route.capture(other);
        left.close();
    }
}
