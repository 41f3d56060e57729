package io.dualwrite.jdbc;

import io.dualwrite.DeclarationException;
import io.dualwrite.MigrationBuilder;
import io.dualwrite.MigrationParts;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link StoresMigration}; see {@link MigrationBuilder} for the settings that every migration has. Touches neither
 * store nor database. Not thread-safe.
 */
public class StoresMigrationBuilder<R, K> extends MigrationBuilder<StoresMigrationBuilder<R, K>> {
    private final String name;
    private final Class<R> recordClass;
    private final Class<K> keyClass;
    private final DataSource journal;
    private @Nullable Sides<Store<R, K>> stores;
    private @Nullable Function<R, K> key;
    private @Nullable KeyCodec<K> codec;
    private Grace grace = Grace.DEFAULT;
    private boolean createTables;
    private boolean adoptTarget;

    StoresMigrationBuilder(String name, Class<R> recordClass, Class<K> keyClass, DataSource journal) {
        this.name = Objects.requireNonNull(name, "name");
        this.recordClass = Objects.requireNonNull(recordClass, "recordClass");
        this.keyClass = Objects.requireNonNull(keyClass, "keyClass");
        this.journal = Objects.requireNonNull(journal, "journal");
    }

    @Override
    protected StoresMigrationBuilder<R, K> self() {
        return this;
    }

    /**
     * The store the application lives on and the one it moves to; required. Where both are {@link
     * io.dualwrite.store.ScannableStore}s, there is a backfill and a verification.
     */
    public StoresMigrationBuilder<R, K> between(Store<R, K> origin, Store<R, K> target) {
        this.stores = new Sides<>(origin, target);
        return this;
    }

    /** The key of a record; required, and every record that is saved has one. */
    public StoresMigrationBuilder<R, K> key(Function<R, K> of) {
        this.key = Objects.requireNonNull(of, "of");
        return this;
    }

    /** How keys are written; needed for keys other than {@code Long}, {@code Integer}, {@code String} and {@code UUID}. */
    public StoresMigrationBuilder<R, K> codec(KeyCodec<K> keys) {
        this.codec = Objects.requireNonNull(keys, "keys");
        return this;
    }

    /**
     * How long one call to a store may take until it has had its effect or never will: what the stores' own clients are set to
     * give up after, their own retries included. Transfers hold each of their calls to it. Default 1 s; at least 1 ms.
     */
    public StoresMigrationBuilder<R, K> callsEndWithin(Duration deadline) {
        this.grace = new Grace(Objects.requireNonNull(deadline, "deadline"), grace.grace());
        return this;
    }

    /**
     * How long others wait for a call of which nothing is heard any more, by the journal database's clock; default 3 s. At
     * least twice {@link #callsEndWithin}, and less than the handover's budget, since a handover waits for writers that died.
     */
    public StoresMigrationBuilder<R, K> grace(Duration period) {
        this.grace = new Grace(grace.deadline(), Objects.requireNonNull(period, "period"));
        return this;
    }

    /** Whether the library creates its own tables in the journal's database where they are missing; default false. */
    public StoresMigrationBuilder<R, K> createTables(boolean create) {
        this.createTables = create;
        return this;
    }

    /**
     * Whether records that are on the target before the first start may be replaced by the origin's and removed where the
     * origin has none. Default false: then such records are a reason not to begin, where the target can be listed.
     */
    public StoresMigrationBuilder<R, K> adoptTarget(boolean adopt) {
        this.adoptTarget = adopt;
        return this;
    }

    /**
     * Checks the whole declaration and wires the migration; starts nothing.
     *
     * @throws DeclarationException with everything that is wrong
     */
    public StoresMigration<R, K> build() {
        List<String> problems = new ArrayList<>();
        check(problems);
        RecordType<R, K> type = type(problems);
        if (type == null || stores == null || !problems.isEmpty()) {
            throw new DeclarationException("Migration " + name, problems);
        }
        AtomicBoolean answered = new AtomicBoolean();
        StoresParts.Declaration<R, K> declared = new StoresParts.Declaration<>(
                name,
                journal,
                type,
                stores,
                grace,
                Limits.DEFAULT,
                settings().equivalence(),
                createTables,
                adoptTarget,
                answered::get,
                settings().pace());
        StoresParts<R, K> made = made(declared);
        MigrationParts parts = made.parts();
        return new StoresMigration<>(declared, made, parts, settings(), answered);
    }

    /** Makes the parts. */
    StoresParts<R, K> made(StoresParts.Declaration<R, K> declared) {
        return new StoresParts<>(declared);
    }

    private @Nullable RecordType<R, K> type(List<String> problems) {
        if (key == null) {
            problems.add("it is not known how to get a record's key; add .key(Session::id)");
            return null;
        }
        try {
            KeyCodec<K> keys = codec == null ? KeyCodecs.of(keyClass) : codec;
            return new RecordType<>(name, recordClass, keyClass, keys, key);
        } catch (IllegalArgumentException wrong) {
            problems.add(String.valueOf(wrong.getMessage()));
            return null;
        }
    }

    @Override
    protected void check(List<String> problems) {
        super.check(problems);
        try {
            Schema.checkedName(name);
        } catch (IllegalArgumentException wrong) {
            problems.add(String.valueOf(wrong.getMessage()));
        }
        if (stores == null) {
            problems.add("there are no stores; add .between(origin, target)");
        } else if (stores.origin() == stores.target()) {
            problems.add("both sides are the same store; give between(...) two");
        }
        if (grace.deadline().compareTo(Duration.ofMillis(1)) < 0) {
            problems.add("callsEndWithin is 1 ms or more, not " + grace.deadline());
        }
        if (grace.grace().compareTo(grace.deadline().multipliedBy(2)) < 0) {
            problems.add("the grace (" + grace.grace() + ") must be at least twice callsEndWithin (" + grace.deadline()
                    + "), or a call that began late is given up while it is under way");
        }
        Duration locks = Limits.DEFAULT.lock().multipliedBy(3);
        if (settings().handover().budget().compareTo(grace.grace().plus(locks)) <= 0) {
            problems.add("the handover's budget (" + settings().handover().budget()
                    + ") must be more than the grace (" + grace.grace() + ") and the " + locks
                    + " that attempts to close a side may take, or one writer that died makes a handover fail");
        }
    }
}
