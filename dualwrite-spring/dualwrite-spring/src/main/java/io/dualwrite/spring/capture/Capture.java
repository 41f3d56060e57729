package io.dualwrite.spring.capture;

import io.dualwrite.fence.Pace;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.capture.Effect.Inseparable;
import io.dualwrite.spring.capture.Effect.Unexamined;
import io.dualwrite.spring.capture.Effect.Unnamed;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What all connections of a capturing DataSource share: the migration, and what statements do to its tables. Thread-safe. */
final class Capture {
    /** So many texts are remembered; applications that put values into the text have no end of them. */
    private static final int MOST_TEXTS = 2_000;

    private static final Duration REST = Duration.ofMillis(5);

    private final Side side;
    private final Supplier<? extends @Nullable JdbcMigration> source;
    private final UnnamedChanges unnamed;
    private final Duration writersWait;
    private final Pace pace = Pace.real();
    private final Map<String, Effect> effects = new ConcurrentHashMap<>();
    private volatile @Nullable JdbcMigration known;
    private volatile @Nullable EffectReader reader;
    private volatile boolean ready;
    private final EarlyStatements early = new EarlyStatements();

    Capture(
            Side side,
            Supplier<? extends @Nullable JdbcMigration> source,
            UnnamedChanges unnamed,
            Duration writersWait) {
        this.side = side;
        this.source = source;
        this.unnamed = unnamed;
        this.writersWait = writersWait;
    }

    JdbcMigration migration() {
        JdbcMigration migration = found();
        if (migration == null) {
            throw new IllegalStateException("The migration was asked for before it could be made");
        }
        return migration;
    }

    /** The migration, asked for if need be; null while it cannot be made yet. */
    @Nullable JdbcMigration found() {
        JdbcMigration migration = known;
        if (migration == null) {
            migration = source.get();
            known = migration;
        }
        return migration;
    }

    /** How many times the authority was handed over, as far as this node knows. */
    long handover() {
        JdbcMigration migration = found();
        ControlRow row =
                migration == null ? null : migration.view().of(migration.view().leader());
        return row == null ? 0 : row.handover();
    }

    /** The side that this node takes for the one that has the authority, or had it last; the origin while nothing is known. */
    Side leader() {
        JdbcMigration migration = known;
        return migration == null ? Side.ORIGIN : migration.view().leader();
    }

    /** Waits, holding nothing, while the authority is being handed over; no longer than writers wait. */
    void awaitAuthority() throws SQLException {
        JdbcMigration migration = known;
        if (migration == null || !migration.isStarted() || migration.stage() != Stage.FROZEN) {
            return;
        }
        Pace.Deadline patience = patience();
        while (migration.stage() == Stage.FROZEN && !patience.isOver()) {
            rest();
        }
    }

    /** Waits a little. */
    void rest() throws SQLException {
        try {
            pace.pause(REST);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLTransactionRollbackException(
                    "Interrupted while the authority of migration '"
                            + migration().name() + "' was being handed over; nothing was done",
                    "40001",
                    interrupted);
        }
    }

    Pace.Deadline patience() {
        return pace.in(writersWait);
    }

    /** Looks the tables up while the caller holds no connection yet, once the migration runs. */
    void prepare() throws SQLException {
        JdbcMigration migration = known;
        if (reader == null && migration != null && migration.isStarted()) {
            reader();
        }
    }

    /** Whether the migration can have begun: before, there is nothing to be fenced or journalled by. */
    boolean isReady() throws SQLException {
        if (!ready) {
            JdbcMigration migration = found();
            ready = migration != null && (migration.isStarted() || migration.isSetUp(side));
        }
        return ready;
    }

    Effect effectOf(String sql) throws SQLException {
        Effect effect = EffectReader.atFirstGlance(sql);
        if (effect != null) {
            return effect;
        }
        effect = effects.get(sql);
        if (effect != null) {
            return effect;
        }
        if (!isReady()) {
            if (found() == null) {
                early.add(sql);
            }
            return new Unexamined();
        }
        effect = reader().read(sql);
        if (effects.size() >= MOST_TEXTS) {
            effects.clear();
        }
        effects.put(sql, effect);
        return effect;
    }

    private EffectReader reader() throws SQLException {
        EffectReader made = reader;
        if (made == null) {
            made = new EffectReader(migration().storedTables(side).stream()
                    .map(CapturedTable::of)
                    .toList());
            reader = made;
        }
        return made;
    }

    /** What was executed before there was a migration. */
    EarlyStatements early() {
        return early;
    }

    /** Names what was changed before there was a migration. */
    void nameEarly(Changes changes) throws SQLException {
        if (!early.isEmpty()) {
            early.nameTo(changes, reader());
        }
    }

    /** All tables of the migration. */
    List<CapturedTable> tables() throws SQLException {
        return reader().tables();
    }

    /**
     * Lets a statement through, or not.
     *
     * @throws SQLException when it may change any record and that was not allowed
     */
    void admit(Effect effect) throws SQLException {
        if (effect instanceof Inseparable inseparable) {
            throw refused("A statement", inseparable.why());
        }
        if (effect instanceof Unnamed all && unnamed == UnnamedChanges.REFUSE) {
            throw refused("A statement on " + all.tables(), all.why());
        }
    }

    private SQLException refused(String what, String why) {
        return new SQLException(
                what + " is refused by migration '" + migration().name()
                        + "', since it cannot be told which records it changes: " + why
                        + ". Name the records in its text, or allow such statements with UnnamedChanges.WHOLE_TABLE",
                "0A000");
    }
}
