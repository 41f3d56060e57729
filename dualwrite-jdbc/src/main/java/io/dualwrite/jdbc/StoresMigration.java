package io.dualwrite.jdbc;

import io.dualwrite.Migration;
import io.dualwrite.MigrationParts;
import io.dualwrite.MigrationSettings;
import io.dualwrite.decorate.RepositoryDecorator;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.WritePath;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.Store;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A migration between two stores that are no databases, or share no transaction with one: key-value stores, services. Control
 * rows and journals are in a database of their own, so that any number of processes move together and what one of them has
 * missed outlives it. Begin with {@link Jdbc#stores}. What it promises less than a {@link JdbcMigration} is in
 * {@code docs/stores.md}. Thread-safe.
 */
public final class StoresMigration<R, K> extends Migration {
    private static final Logger LOG = LoggerFactory.getLogger(StoresMigration.class);

    private final StoresParts<R, K> made;
    private final RecordType<R, K> type;
    private final Sides<Store<R, K>> stores;
    private final AtomicBoolean answered;

    StoresMigration(
            StoresParts.Declaration<R, K> declared,
            StoresParts<R, K> made,
            MigrationParts parts,
            MigrationSettings settings,
            AtomicBoolean answered) {
        super(declared.name(), parts, settings);
        this.made = made;
        this.type = declared.type();
        this.stores = declared.stores();
        this.answered = answered;
    }

    /**
     * Refused: both rows are in one database, so that a target whose row can be read has nothing to lose there, and its records
     * cannot be had otherwise.
     *
     * @throws StageRefusedException always
     */
    @Override
    public void forceRollback(String by) {
        throw new StageRefusedException(
                stage(),
                Stage.DUAL_WRITE,
                List.of("stores that share no transaction with their journal have no forced rollback; make the target's"
                        + " store reachable and use moveTo"));
    }

    /**
     * One store over both: finds are answered by the side that may, and writes go to the authority, fenced and journalled.
     * What the authority throws reaches the caller unchanged.
     *
     * <p>Saving and deleting throw {@link io.dualwrite.journal.JournalException} when the journal's database takes no intent
     * (the store was not called), {@link io.dualwrite.fence.StageMovedException} when a handover took too long (nor then),
     * and {@link LateWriteException}.
     */
    public Store<R, K> store() {
        return new Both();
    }

    /**
     * A repository of one's own over both stores, as {@link JdbcMigration#decorate}. Name keys before the call wherever it can
     * be done: a record whose key is known only from a result is journalled after the call, and when the process dies in
     * between, only a verification finds it.
     *
     * @param type the repository's interface
     * @param origin the repository that calls the origin's store
     * @param target the repository that calls the target's store
     * @throws io.dualwrite.decorate.UnclassifiedMethodsException naming every method that is neither read nor write
     */
    public <T> T decorate(Class<T> type, T origin, T target) {
        return RepositoryDecorator.decorate(type, new Sides<>(origin, target), parts().types(), writes(), reads());
    }

    /**
     * As {@link Migration#approve}. LIVE needs it here, and so does the way back, on the node that makes the step: neither
     * store can tell a late call from a new one, so {@code by} answers for it that none comes later than the grace.
     */
    @Override
    public void approve(Stage stage, String by) {
        super.approve(stage, by);
        if (stage == Stage.LIVE) {
            answered.set(true);
        }
    }

    /**
     * Makes the server that the journal's connections lead to now the one that is known, after somebody has looked into why
     * it is another one than before. A verification of this generation has to be clean before the next handover, since the
     * new server may lack intents. Blocks on that database.
     *
     * @param who answers for it
     * @throws io.dualwrite.fence.ControlException when the database could not be reached
     * @throws IllegalStateException when the server is a replica
     */
    public void adoptJournalServer(String who) {
        if (who.isBlank()) {
            throw new IllegalArgumentException("An adoption says who answers for it");
        }
        voidVerification();
        ControlRow leader = view().of(view().leader());
        for (Side side : Side.values()) {
            made.controls().of(side).adoptServer(leader == null ? 0 : leader.generation());
        }
        LOG.warn("Migration {}: the journal's server was adopted, for which {} answers", name(), who);
    }

    @Override
    public void close() {
        super.close();
        made.close();
    }

    private final class Both implements Store<R, K> {
        /** That an answer may be null is not seen from outside of core's own compilation. */
        @Override
        @SuppressWarnings("NullAway")
        public @Nullable R find(K key) throws Exception {
            ReadPath.Query query = new ReadPath.Query(type.name() + ".find", type.id(key), false, true);
            return reads().read(query, side -> stores.of(side).find(key));
        }

        @Override
        public void save(R record) throws Exception {
            write(type.idOf(record), side -> stores.of(side).save(record));
        }

        @Override
        public void delete(K key) throws Exception {
            write(type.id(key), side -> stores.of(side).delete(key));
        }

        private void write(RecordId record, Call call) throws Exception {
            writes().write(new One(record), side -> {
                call.on(side);
                return true;
            });
        }
    }

    @FunctionalInterface
    private interface Call {
        void on(Side side) throws Exception;
    }

    private record One(RecordId record) implements WritePath.Keys {
        @Override
        public List<RecordId> before() {
            return List.of(record);
        }

        @Override
        public WritePath.Named after(@Nullable Object result) {
            return new WritePath.Named(List.of(record), 0);
        }
    }
}
