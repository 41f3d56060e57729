package io.dualwrite.jdbc;

import io.dualwrite.Migration;
import io.dualwrite.MigrationParts;
import io.dualwrite.MigrationSettings;
import io.dualwrite.decorate.MethodTable;
import io.dualwrite.decorate.RepositoryDecorator;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.path.ReadPath;
import io.dualwrite.repair.Reconcilable;
import io.dualwrite.repair.Unreconciled;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A migration of tables from one database to another. Begin with {@link Jdbc#migration}.
 *
 * <p>Repositories are built twice, once per side, each on the {@link DataSource} that its factory is handed: inside a
 * transaction of this migration it gives out that transaction's connection, elsewhere a connection that refuses writes.
 * Thread-safe.
 */
public final class JdbcMigration extends Migration implements Reconcilable {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcMigration.class);

    private final JdbcParts made;

    JdbcMigration(String name, JdbcParts made, MigrationParts parts, MigrationSettings settings) {
        super(name, parts, settings);
        this.made = made;
    }

    /** Work without a result, inside a transaction. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    /**
     * The application's repository over both sides. Each method is a read or a write by its name, its types or its
     * annotations; each write is fenced, is journalled, and commits with its intents, in the surrounding
     * {@link #inTransaction transaction} or in one of its own.
     *
     * @param type the repository's interface
     * @param onOrigin makes the origin's repository from the DataSource it is to use
     * @param onTarget makes the target's repository from the DataSource it is to use
     * @throws io.dualwrite.decorate.UnclassifiedMethodsException naming every method that cannot be told to be one or the
     *     other
     */
    public <T> T decorate(Class<T> type, Function<DataSource, T> onOrigin, Function<DataSource, T> onTarget) {
        return decorate(type, methods -> {}, onOrigin, onTarget);
    }

    /**
     * As {@link #decorate(Class, Function, Function)}, with declarations in code about methods that names and annotations do
     * not explain.
     *
     * @param methods declares them
     */
    public <T> T decorate(
            Class<T> type,
            Consumer<MethodTable.Builder> methods,
            Function<DataSource, T> onOrigin,
            Function<DataSource, T> onTarget) {
        MethodTable.Builder table = MethodTable.of(type, parts().types());
        methods.accept(table);
        Sides<T> repositories =
                new Sides<>(onOrigin.apply(dataSource(Side.ORIGIN)), onTarget.apply(dataSource(Side.TARGET)));
        return RepositoryDecorator.decorate(type, repositories, table.build(), writes(), reads());
    }

    /**
     * Runs {@code work} in one transaction on the side that has the authority: commits when it returns, rolls back when it
     * throws. Waits while the authority is being handed over, before the work begins and holding nothing. Inside another
     * transaction of this migration it joins that one.
     *
     * @throws StageMovedException when the authority was not to be had for as long as writers wait; nothing was done
     * @throws Exception what the work or the commit threw, unchanged; after a failed commit the outcome may be unknown
     */
    public <T extends @Nullable Object> T inTransaction(Callable<T> work) throws Exception {
        return transactions().write(transaction -> work.call());
    }

    /** As {@link #inTransaction(Callable)}, without a result. */
    public void inTransaction(Action work) throws Exception {
        inTransaction(done(work));
    }

    /**
     * Runs {@code work} inside the transaction that the caller has begun on {@code connection} and will commit or roll back.
     * Repositories called inside use that connection, and their intents commit with it. Never waits for a handover.
     *
     * <p>The fence is held from this call on. Call it before any savepoint, or again after going back to one: going back to
     * a savepoint drops locks taken after it. A write and its {@link #changed} belong between the same savepoints.
     *
     * @throws StageMovedException when the connection's side does not have the authority: roll back, and run the whole
     *     transaction again on the side that has
     * @throws IllegalStateException when the connection is in autocommit mode, leads to neither side, or this thread is in
     *     a transaction on another connection
     * @throws Exception what the work threw, unchanged
     */
    public <T extends @Nullable Object> T inTransaction(Connection connection, Callable<T> work) throws Exception {
        return ((JdbcTransactions) transactions()).inTransaction(connection, transaction -> work.call());
    }

    /** As {@link #inTransaction(Connection, Callable)}, without a result. */
    public void inTransaction(Connection connection, Action work) throws Exception {
        inTransaction(connection, done(work));
    }

    /**
     * Takes the fence in the transaction that the caller has begun on {@code connection}, as its first statement, and keeps it
     * for any number of changes to be named in it. As {@link #inTransaction(Connection, Callable)}, which takes it anew each
     * time; where that is done in one transaction while the authority is being handed over, some databases refuse it the second
     * time.
     *
     * @throws StageMovedException when the connection's side does not have the authority: roll back
     * @throws IllegalStateException when the connection is in autocommit mode, or leads to neither side
     */
    public HeldFence hold(Connection connection) throws SQLException {
        return new HeldFence((JdbcTransactions) transactions(), connection);
    }

    private static Callable<Boolean> done(Action work) {
        return () -> {
            work.run();
            return true;
        };
    }

    /**
     * Names a record that the calling thread's transaction changes by code of its own, past any decorated repository. Name it
     * whatever was done with it; a changed key is two records.
     *
     * @throws IllegalStateException when the thread is in no transaction of this migration
     */
    public <K> void changed(Table<?, K> table, K key) {
        changing(table).changed(table.id(key));
    }

    /**
     * As {@link #changed}, for a statement whose records nobody can name: any record of the table may have been changed,
     * added or removed. Leaves one intent; the copy's whole table is then compared with the authority's, and made the same.
     */
    public void changedAll(Table<?, ?> table) {
        changing(table).changed(table.type().all());
    }

    /**
     * As {@link #changedAll}, of the records whose keys are one of these or lie between them. A statement that changes keys
     * must stay between them too.
     *
     * @throws IllegalArgumentException for keys that databases do not all put in the same order: only whole numbers and dates
     *     are safe, and for all others there is {@link #changedAll}
     */
    public <K> void changedBetween(Table<?, K> table, K one, K other) {
        if (!table.type().hasNaturalOrder()) {
            throw new IllegalArgumentException("What lies between two keys of " + table
                    + " is not the same in every database; name all of its records with changedAll(…)");
        }
        changing(table).changed(table.type().between(one, other));
    }

    /**
     * As {@link #changed(Table, Object)}, of any number of records at once, by their {@link Table#idOfColumns identities}.
     *
     * @throws IllegalStateException when the thread is in no transaction of this migration
     */
    public void changedRecords(Collection<RecordId> records) {
        if (!records.isEmpty()) {
            ((FencedTransaction) changing(records.iterator().next().type())).changed(records);
        }
    }

    /**
     * Wakes this process's relay after a joined transaction that named these records was committed by whoever began it; without
     * that, the relay finds them at its next poll. Never blocks.
     */
    public void committed(Collection<RecordId> records) {
        changed(records);
    }

    private Transaction changing(Object what) {
        Transaction transaction = transactions().current();
        if (transaction == null) {
            throw new IllegalStateException("A change of " + what + " was named outside of a transaction of migration "
                    + name() + "; write and name it inside inTransaction(…)");
        }
        return transaction;
    }

    /**
     * The declared tables as a side has them, parents before children; for code that finds out from statements what they
     * change. Looked up once. Blocks on that side's database.
     *
     * @throws IllegalStateException when one of them is not there or has no usable key
     */
    public List<StoredTable> storedTables(Side side) throws SQLException {
        List<StoredTable> stored = new ArrayList<>();
        Place place = made.places().of(side);
        try (Session session = place.begin()) {
            for (Table<?, ?> table : made.tables().inOrder()) {
                stored.add(
                        StoredTable.of(made.tables().at(place, session.connection(), table.name()), session.dialect()));
            }
        }
        return stored;
    }

    /** Whether a side's database has this migration's control row, without which nothing is followed there. Blocks on it. */
    public boolean isSetUp(Side side) throws SQLException {
        try (Session session = made.places().of(side).begin()) {
            return made.controls().of(side).peek(session.connection()) != null;
        }
    }

    /**
     * Makes the server that a side's connections lead to now the one that is known, after somebody has looked into why it is
     * another one than before: a failover as a rule. Transfers go on then; before the authority is handed over the next time,
     * a verification of this generation has to be clean, since the new server may lack what the old one had acknowledged.
     * Blocks on both databases.
     *
     * @param who answers for it
     * @throws io.dualwrite.fence.ControlException when a database could not be reached: nothing was adopted
     * @throws IllegalStateException when the server behind the side is a replica
     */
    public void adoptServer(Side side, String who) {
        if (who.isBlank()) {
            throw new IllegalArgumentException("An adoption says who answers for it");
        }
        // First: dying in between leaves the doubt, and not a proof about another server.
        voidVerification();
        ControlRow leader = view().of(view().leader());
        made.controls().of(side).adoptServer(leader == null ? 0 : leader.generation());
        LOG.warn("Migration {}: the server of the {} was adopted, for which {} answers", name(), side, who);
    }

    /**
     * As {@link Migration#forceRollback(String)}; sets the origin's generators of keys ahead of the records that are there,
     * and a thousand more, since the target's cannot be asked.
     */
    @Override
    public void forceRollback(String by) throws InterruptedException {
        try {
            made.generators().aheadOfRecords(Side.ORIGIN);
        } catch (SQLException failure) {
            throw new ControlException(
                    "The generators of keys on the ORIGIN of migration " + name()
                            + " could not be set ahead; make it reachable and try again",
                    failure);
        }
        super.forceRollback(by);
    }

    /**
     * The records that a target from which the authority was taken has changed without handing it on, the oldest first. Look
     * each up on both sides, then {@link #takeFromLost take} it over or {@link #dropFromLost drop} it; when none is left,
     * {@link #readopt} the target. Blocks on both databases.
     *
     * @param most how many to list at most, at least 1
     * @throws IllegalStateException when the target was not lost, or is not closed yet
     */
    @Override
    public List<Unreconciled> unreconciled(int most) throws SQLException {
        return made.reconciliation().list(most);
    }

    /**
     * Makes these records on the origin what they are on the lost target, deleted where they are not there, in one fenced
     * transaction with its intents, and takes them off the list. A change that the origin has made since is overwritten.
     *
     * @throws IllegalStateException as for {@link #unreconciled}; nothing was written
     * @throws SQLException when the origin does not take a value, or a database failed: they stay on the list
     */
    public void takeFromLost(Collection<RecordId> records) throws SQLException {
        made.reconciliation().take(records);
    }

    /**
     * Takes these records off the list: what the lost target has of them is overwritten once it follows again.
     *
     * @throws IllegalStateException as for {@link #unreconciled}; nothing was forgotten
     */
    public void dropFromLost(Collection<RecordId> records) {
        made.reconciliation().drop(records);
    }

    /**
     * Answers a read of code that is no decorated repository as reads of decorated ones are answered: by the authority, and
     * compared with the copy later; or, where the query allows it, by the copy for a share of the keys, or when the authority
     * fails.
     *
     * @param reading reads on the side that it is told, by whatever way it has there; may be called several times, and on
     *     several threads at once
     * @throws Exception what the reading threw on the authority, unchanged
     */
    public <T extends @Nullable Object> T read(ReadPath.Query query, Transactions.Reading<T> reading) throws Exception {
        return reads().read(query, reading);
    }

    /** The side that the calling thread's transaction runs on, or null when it is in none. */
    public @Nullable Side currentSide() {
        Transaction transaction = transactions().current();
        return transaction == null ? null : transaction.side();
    }

    /**
     * What code that is no decorated repository uses to reach a side: inside a transaction of this migration on that side
     * its connection, elsewhere one that refuses writes.
     */
    public DataSource dataSource(Side side) {
        return made.dataSource(side);
    }
}
