package io.dualwrite;

import io.dualwrite.compare.Equivalences;
import io.dualwrite.compare.FieldFinding;
import io.dualwrite.fence.Passage;
import io.dualwrite.fence.ShortWay;
import io.dualwrite.flag.StageSource;
import io.dualwrite.path.Overtaken;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.WritePath;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One repository over two plain stores, moved from the first to the second stage by stage. Each call goes to the store that
 * has the authority and has its outcome; the other store follows in the background, and nothing it does, failing, hanging or
 * answering nonsense, changes what callers get.
 *
 * <p>For one process, and not durable: the stage flag is the only memory between runs, and what the copy has missed is kept
 * in memory, retried from there, and forgotten when the process ends. Two databases, several processes and the whole promise
 * are {@code dualwrite-jdbc}'s. Thread-safe. {@link #close()} ends its threads and refuses further writes; the stores stay
 * open.
 */
public final class DualWriteRepository<R, K> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DualWriteRepository.class);

    private final RecordType<R, K> type;
    private final Sides<Store<R, K>> stores;
    private final StoreMigration migration;
    private final ShortWay shortWay;
    private final WritePath writes;
    private final ReadPath reads;
    private final String finding;
    private final boolean staleAllowed;
    private final boolean bulkChanges;
    /** The class of the key last seen, which is known to be one that can be written. */
    private @Nullable Class<?> writable;

    private volatile boolean closed;

    private DualWriteRepository(
            RecordType<R, K> type,
            Sides<Store<R, K>> stores,
            StoreMigration migration,
            boolean staleAllowed,
            boolean bulkChanges) {
        this.bulkChanges = bulkChanges;
        this.type = type;
        this.stores = stores;
        this.migration = migration;
        this.shortWay = migration.shortWay();
        this.writes = migration.writePath();
        this.reads = migration.readPath();
        this.finding = type.name() + ".find";
        this.staleAllowed = staleAllowed;
    }

    /** Begins with the store the application lives on and the one it moves to. */
    public static <R, K> Builder<R, K> between(Store<R, K> origin, Store<R, K> target) {
        return new Builder<>(origin, target);
    }

    /**
     * The record with this key, or null when there is none. What the authority's store throws is thrown as it is, checked
     * exceptions included; where reads may fall back, a copy with the record's newest state may answer instead.
     */
    public @Nullable R find(K key) {
        requireWritable(key);
        try {
            ControlRow resting = shortWay.resting();
            if (resting != null) {
                R found = stores.of(shortWay.side(resting)).find(key);
                if (shortWay.isResting(resting)) {
                    return found;
                }
            }
            ReadPath.Query query = new ReadPath.Query(finding, type.id(key), staleAllowed, true);
            return reads.<@Nullable R>read(query, side -> stores.of(side).find(key));
        } catch (Exception thrown) {
            throw DualWriteRepository.<RuntimeException>asItIs(thrown);
        }
    }

    /**
     * Inserts or replaces the record in the store that has the authority. What that store throws is thrown as it is, checked
     * exceptions included, and the record may have been written or not, as that store knows; the copy follows either way.
     *
     * @throws IllegalArgumentException when the record is null, or has no key and cannot be given one; nothing was written
     * @throws IllegalStateException when the repository is closed; nothing was written
     * @throws io.dualwrite.fence.StageMovedException when a change of the authority took longer than writers wait; nothing
     *     was written, try again
     */
    public void save(R record) {
        refuseWhenClosed();
        requireSavable(record);
        try {
            Passage passage = shortWay.begin();
            if (passage == null) {
                writes.write(new Saved<>(type, record), side -> {
                    stores.of(side).save(record);
                    return true;
                });
                return;
            }
            boolean made = false;
            try {
                stores.of(shortWay.side(passage)).save(record);
                made = true;
            } finally {
                if (passage.isOvertaken()) {
                    Overtaken.end(shortWay, passage, new Saved<>(type, record), made, null);
                } else {
                    passage.end();
                }
            }
        } catch (Exception thrown) {
            throw DualWriteRepository.<RuntimeException>asItIs(thrown);
        }
    }

    /** What changes any number of a store's records. */
    @FunctionalInterface
    public interface Bulk<R, K> {
        void on(Store<R, K> store) throws Exception;
    }

    /**
     * Lets {@code change} do what it likes with the store that has the authority, by methods of the store's own: records that
     * nobody names may be changed, added and removed. Afterwards everything in both stores is compared and made the same.
     * Throws as {@link #save} does.
     *
     * @throws UnsupportedOperationException when it was not declared with {@link Builder#bulkChanges}; nothing was written
     */
    public void changeAll(Bulk<R, K> change) {
        refuseWhenClosed();
        if (!bulkChanges) {
            throw new UnsupportedOperationException("The repository of " + type.name()
                    + " was not built for bulk changes; add .bulkChanges() to its declaration");
        }
        try {
            writes.write(new Everything(type.all().id()), side -> {
                change.on(stores.of(side));
                return true;
            });
        } catch (Exception thrown) {
            throw DualWriteRepository.<RuntimeException>asItIs(thrown);
        }
    }

    /** Removes the record with this key; no record is no error. Throws as {@link #save} does. */
    public void delete(K key) {
        refuseWhenClosed();
        requireWritable(key);
        try {
            Passage passage = shortWay.begin();
            if (passage == null) {
                writes.write(new Deleted(type.id(key)), side -> {
                    stores.of(side).delete(key);
                    return true;
                });
                return;
            }
            boolean made = false;
            try {
                stores.of(shortWay.side(passage)).delete(key);
                made = true;
            } finally {
                if (passage.isOvertaken()) {
                    Overtaken.end(shortWay, passage, new Deleted(type.id(key)), made, null);
                } else {
                    passage.end();
                }
            }
        } catch (Exception thrown) {
            throw DualWriteRepository.<RuntimeException>asItIs(thrown);
        }
    }

    /** The stage now; never blocks. */
    public Stage stage() {
        return migration.stage();
    }

    /** What shadow reads have found so far; see {@link Migration#findings}. */
    public List<FieldFinding> findings() {
        return migration.findings();
    }

    /** Asks the flag now and makes the steps its wish calls for, instead of within the next second. Blocks meanwhile. */
    public void refresh() {
        migration.refresh();
    }

    /** The migration underneath: moves without a flag, backfill, verification, backlog, ramp. */
    public Migration migration() {
        return migration;
    }

    /**
     * Ends the background work within a few seconds; what the copy has missed until now stays missed. From its beginning on,
     * saves and deletes are refused at every stage, since nothing would bring them to the copy and nothing would remember
     * them; finds are still answered, by the authority alone. Close it after whatever writes through it. Idempotent.
     */
    @Override
    public void close() {
        closed = true;
        migration.close();
    }

    private void refuseWhenClosed() {
        if (closed) {
            throw new IllegalStateException("The repository of " + type.name()
                    + " is closed, and the copy would never learn of this write; nothing was written. Close it after"
                    + " whatever writes through it");
        }
    }

    /** Refuses what could not be named at a stage that has to; a record that the store may give a key is let through. */
    private void requireSavable(@Nullable R record) {
        if (record == null) {
            throw new IllegalArgumentException(
                    "A null record of type " + type.name() + " cannot be written; delete by key instead");
        }
        K key = type.keyOf().apply(record);
        if (key == null) {
            refuseUnlessItCanBeGivenAKey(record);
        } else if (key.getClass() != writable) {
            // Asked again, so that a key that is boxed for the question above only need not be made.
            tryKey(type.keyOf().apply(record));
        }
    }

    private void refuseUnlessItCanBeGivenAKey(R record) {
        if (record.getClass().isRecord()) {
            type.idOf(record);
        }
    }

    private void requireWritable(@Nullable K key) {
        if (key == null) {
            throw new IllegalArgumentException("A null key names no record of type " + type.name());
        }
        if (key.getClass() != writable) {
            tryKey(key);
        }
    }

    /** Refuses a key that could not be written at a stage that has to: one of each class is tried. */
    private void tryKey(K key) {
        type.id(key);
        writable = key.getClass();
    }

    /** Whatever the store throws belongs to the caller, also what Java would have us declare. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> E asItIs(Exception thrown) throws E {
        throw (E) thrown;
    }

    /** The keys of one saving: the record's own, which the store may set while it saves. */
    private record Saved<R, K>(
            RecordType<R, K> type, @Nullable R record) implements WritePath.Keys {
        @Override
        public List<RecordId> before() {
            if (record == null || record.getClass().isRecord()) {
                return List.of(type.idOf(record));
            }
            K key = type.keyOf().apply(record);
            return key == null ? List.of() : List.of(type.id(key));
        }

        @Override
        public WritePath.Named after(@Nullable Object result) {
            K key = record == null ? null : type.keyOf().apply(record);
            return key == null ? new WritePath.Named(List.of(), 1) : new WritePath.Named(List.of(type.id(key)), 0);
        }
    }

    private record Everything(RecordId id) implements WritePath.Keys {
        @Override
        public List<RecordId> before() {
            return List.of(id);
        }

        @Override
        public WritePath.Named after(@Nullable Object result) {
            return new WritePath.Named(List.of(id), 0);
        }
    }

    private record Deleted(RecordId id) implements WritePath.Keys {
        @Override
        public List<RecordId> before() {
            return List.of(id);
        }

        @Override
        public WritePath.Named after(@Nullable Object result) {
            return new WritePath.Named(List.of(id), 0);
        }
    }

    /** Collects what a repository over two stores needs. Not thread-safe. */
    public static final class Builder<R, K> extends MigrationBuilder<Builder<R, K>> {
        private final @Nullable Store<R, K> origin;
        private final @Nullable Store<R, K> target;
        private String name = "records";
        private @Nullable Function<R, K> key;
        private @Nullable KeyCodec<K> codec;
        private @Nullable StageSource source;
        private @Nullable Stage first;
        private boolean staleAllowed;
        private boolean bulkChanges;

        private Builder(@Nullable Store<R, K> origin, @Nullable Store<R, K> target) {
            this.origin = origin;
            this.target = target;
            attestedBy("the declaration: one process, all of whose writes come through this repository");
            comparing(Equivalences.fields().decimalsByValue());
        }

        @Override
        protected Builder<R, K> self() {
            return this;
        }

        /** What logs, meters and threads call the records; default {@code records}. */
        public Builder<R, K> name(String records) {
            this.name = Objects.requireNonNull(records, "records");
            return this;
        }

        /** The key of a record; null for a record that is given one when it is saved. Required. */
        public Builder<R, K> key(Function<R, K> of) {
            this.key = Objects.requireNonNull(of, "of");
            return this;
        }

        /** How keys are written; needed for keys other than {@code Long}, {@code Integer}, {@code String} and {@code UUID}. */
        public Builder<R, K> codec(KeyCodec<K> keys) {
            this.codec = Objects.requireNonNull(keys, "keys");
            return this;
        }

        /** As {@link #codec} with the ready-made codec of one of the four usual classes. */
        public Builder<R, K> keyClass(Class<K> keys) {
            return codec(KeyCodecs.of(keys));
        }

        @Override
        public Builder<R, K> stage(StageSource wishes) {
            this.source = wishes;
            return super.stage(wishes);
        }

        /**
         * The stage to begin at when there is no flag, or when the flag fails while the repository is built. Without it, no
         * flag means OFF, and a flag that fails means that nothing is built: to begin at a guess could write to the wrong
         * store.
         */
        public Builder<R, K> startingAt(Stage stage) {
            this.first = StageSource.wishable(stage);
            return this;
        }

        /** Allows {@link #changeAll}. Both stores must be able to list their keys: {@link ScannableStore}. */
        public Builder<R, K> bulkChanges() {
            this.bulkChanges = true;
            return this;
        }

        /** Whether the copy may answer finds once the read ramp includes their keys; default false. */
        public Builder<R, K> staleAllowed(boolean allowed) {
            this.staleAllowed = allowed;
            return this;
        }

        /**
         * Builds and starts the repository. Begins at the stage that the flag wishes now, without walking there: the flag is
         * what remembers, from run to run, how far the migration has come. Later wishes are walked to.
         *
         * @throws DeclarationException with everything that is missing or wrong; nothing was started
         */
        public DualWriteRepository<R, K> build() {
            List<String> problems = new ArrayList<>();
            check(problems);
            Stage wish = FirstStage.wished(source);
            if (source != null && wish == null && first == null) {
                problems.add(FirstStage.UNKNOWN);
            }
            if (origin == null || target == null || key == null || !problems.isEmpty()) {
                throw new DeclarationException("The repository of " + name, problems);
            }
            Stage otherwise = first == null ? Stage.OFF : first;
            RecordType<R, K> type = type(key);
            Sides<Store<R, K>> stores = new Sides<>(origin, target);
            StoreMigration migration = StoreMigration.at(wish == null ? otherwise : wish, type, stores, settings());
            migration.start();
            LOG.info(
                    "Repository of {} begins at {}. Its journal is in memory: what the copy has missed is retried while"
                            + " this process lives, and not known to the next one",
                    name,
                    migration.stage());
            if (wish == null && source != null) {
                // Lets the listeners know of the flag's failure before the first call.
                migration.refresh();
            }
            return new DualWriteRepository<>(type, stores, migration, staleAllowed, bulkChanges);
        }

        @Override
        protected void check(List<String> problems) {
            super.check(problems);
            if (origin == null || target == null) {
                problems.add("a store is null; give between(...) the store of each side");
            }
            if (origin != null && origin == target) {
                problems.add("both sides are the same store; give between(...) two");
            }
            if (bulkChanges && !(origin instanceof ScannableStore && target instanceof ScannableStore)) {
                problems.add(
                        "bulk changes are declared, and a store cannot list its keys, so that nobody could bring them"
                                + " over; give between(...) two of ScannableStore");
            }
            if (key == null) {
                problems.add("it is not known how to get a record's key; add .key(Record::id)");
            }
            if (name.isBlank() || name.length() > 100) {
                problems.add("a name has 1 to 100 characters, not '" + name + "'");
            }
        }

        /** Neither class is known at run time, and neither is needed where records come by key only. */
        @SuppressWarnings("unchecked")
        private RecordType<R, K> type(Function<R, K> keyOf) {
            return new RecordType<>(
                    name,
                    (Class<R>) Object.class,
                    (Class<K>) Object.class,
                    codec == null ? new TaggedKeys<>() : codec,
                    keyOf);
        }
    }
}
