package io.dualwrite.spring.capture;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A side's DataSource for the whole application: whatever is executed on its connections, the keys of the migration's records
 * that it changes are found out, and their intents are written right before the connection's commit, in the same transaction.
 * JPA, Spring Data, {@code JdbcTemplate} and everything else over JDBC need not know of it.
 *
 * <p>Keys are taken from a statement where it says them, from the database's answer where it generates them, and from a
 * locking query of the same condition otherwise, right before the statement; when the statement then concerns another number
 * of records than the query found, all records of the table are named. A statement that may change any record is treated as
 * {@link UnnamedChanges} says. A statement outside of a transaction becomes one of its own.
 *
 * <p>The fence is taken before the first statement of a transaction that is not read-only, and again with the intents. While
 * the authority is being handed over, the first statement waits; a transaction that has done something already, and one on a
 * side that has lost the authority, gets an {@link java.sql.SQLTransactionRollbackException} with the SQL state 40001: nothing
 * was committed, run it again.
 *
 * <p>Not seen are procedures' and functions' changes that no text shows, views that are written through, and what is done on
 * the connection of a driver that was unwrapped from the DataSource. Nothing is captured before the side's database has the
 * migration's control row. Thread-safe; connections are as those behind them.
 */
public final class CapturingDataSource extends DelegatingDataSource {
    private final Route route;

    /**
     * A DataSource over the one that the migration was built from.
     *
     * @param behind the side's own DataSource
     * @param side which side it is
     * @param migration asked for at the first statement that may matter, not before; null while it cannot be made yet, and then
     *     nothing is captured
     * @param unnamed what to do about statements that may change any record
     * @param writersWait how long the first statement of a transaction waits for a handover to end
     */
    public CapturingDataSource(
            DataSource behind,
            Side side,
            Supplier<? extends @Nullable JdbcMigration> migration,
            UnnamedChanges unnamed,
            Duration writersWait) {
        super(behind);
        this.route = Route.to(side, behind, new Capture(side, migration, unnamed, writersWait));
    }

    private CapturingDataSource(DataSource origin, Route route) {
        super(origin);
        this.route = route;
    }

    /**
     * A DataSource whose connections lead to the side that has the authority, for applications whose statements both databases
     * understand: the same names of tables and columns, the same dialect.
     *
     * <p>A connection leads where the authority is when it is taken from here. A transaction that finds the authority moved by
     * the time of its first statement goes over to the other side before anything is done. One that is read-only, and reading
     * without a transaction, stay where they began; a copy there is a little behind. A statement without a transaction that
     * finds the authority moved fails with SQL state 40001.
     *
     * @param origin the origin's own DataSource
     * @param target the target's own DataSource; asked for when the authority goes there
     * @param migration asked for at the first statement that may matter, not before; null while it cannot be made yet, and
     *     then nothing is captured
     * @param unnamed what to do about statements that may change any record
     * @param writersWait how long a transaction waits for a handover to end before it begins
     */
    public static CapturingDataSource following(
            DataSource origin,
            Supplier<DataSource> target,
            Supplier<? extends @Nullable JdbcMigration> migration,
            UnnamedChanges unnamed,
            Duration writersWait) {
        Sides<Capture> captures = Sides.each(side -> new Capture(side, migration, unnamed, writersWait));
        return new CapturingDataSource(origin, Route.following(origin, target, captures));
    }

    /** Whether its connections lead to the side that has the authority, and not always to the same. */
    public boolean follows() {
        return route.follows();
    }

    /**
     * From now on a transaction that is not read-only takes the fence where it begins ({@code setAutoCommit(false)}), and waits or
     * goes over to the other side there. For statements that are made in the dialect of the transaction's side. A connection
     * whose pool has switched autocommit off already stays where it is: its first statement may fail with SQL state 40001.
     */
    public void fenceAtBegin() {
        route.fenceAtBegin();
    }

    /**
     * One whose connections always lead to one side, for what speaks that side's dialect only. Of a DataSource that follows; what
     * is behind it is asked for here.
     */
    public DataSource on(Side side) {
        return new CapturingDataSource(route.pool(side), route.pinned(side));
    }

    /** The side that this node takes for the one that has the authority, or had it last. Asks for the migration. */
    public Side leader() {
        route.capture(Side.ORIGIN).found();
        return route.leader();
    }

    /**
     * As {@link #leader}, after waiting for a handover that goes on, as long as writers wait.
     *
     * @throws SQLException when interrupted meanwhile
     */
    public Side settledLeader() throws SQLException {
        route.capture(Side.ORIGIN).found();
        return route.settledLeader();
    }

    /** How many times the authority has been handed over, as far as this node knows. Never blocks. */
    public long handover() {
        return route.capture(Side.ORIGIN).handover();
    }

    /**
     * Takes the fence in the transaction that was begun on a connection of such a DataSource, before anything is done in it. Waits
     * for no handover. Does nothing where there is no transaction, it is read-only, or the migration has never begun.
     *
     * @throws java.sql.SQLTransactionRollbackException when its side does not have the authority: roll back, and begin anew
     */
    public static void fence(Connection connection) throws SQLException {
        CapturedConnection captured = CapturedConnection.behind(connection);
        if (captured != null) {
            captured.fenceAtOnce();
        }
    }

    /** The side that a connection of such a DataSource leads to, or null for any other connection. */
    public static @Nullable Side sideOf(Connection connection) {
        CapturedConnection captured = CapturedConnection.behind(connection);
        return captured == null ? null : captured.side();
    }

    /** The DataSource behind all that capture; of one that follows, the origin's. */
    public static DataSource behind(DataSource dataSource) {
        return dataSource instanceof CapturingDataSource capturing
                ? behind(capturing.obtainTargetDataSource())
                : dataSource;
    }

    /**
     * The records that the calling thread's transaction has changed so far, as far as statements name them: what its commit
     * would leave intents of. For tests. Empty without a transaction, and for other DataSources.
     */
    public static Set<RecordId> changed(DataSource dataSource) {
        Object resource = TransactionSynchronizationManager.getResource(dataSource);
        return resource instanceof ConnectionHolder holder
                ? CapturedConnection.changed(holder.getConnection())
                : Set.of();
    }

    @Override
    public Connection getConnection() throws SQLException {
        return CapturedConnection.of(route, route.begin());
    }

    /**
     * @throws SQLFeatureNotSupportedException always where it follows: a user belongs to one side
     */
    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        if (route.follows()) {
            throw new SQLFeatureNotSupportedException("A user belongs to one side; configure the pools");
        }
        Side side = route.begin();
        return CapturedConnection.of(route, side, super.getConnection(username, password));
    }
}
