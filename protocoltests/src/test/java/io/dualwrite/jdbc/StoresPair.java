package io.dualwrite.jdbc;

import io.dualwrite.MigrationParts;
import io.dualwrite.compare.Equivalences;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transaction;
import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.Store;
import io.dualwrite.testkit.contract.Pair;
import io.dualwrite.testkit.fault.FaultyStore;
import io.dualwrite.testkit.fault.MemoryStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Two stores without transactions, with their journal in a database of its own. */
final class StoresPair implements Pair {
    private static final AtomicInteger PAIRS = new AtomicInteger();

    private final String name = "contract-" + PAIRS.incrementAndGet();
    private final DataSource journal;
    private final Sides<MemoryStore<Note, Long>> stores = Sides.each(side -> new MemoryStore<>(Note.TYPE));
    private final Sides<FaultyStore<Note, Long>> faulty = Sides.each(side -> new FaultyStore<>(stores.of(side)));
    private final StoresParts<Note, Long> made;
    private final MigrationParts parts;

    /** New stores and a migration of a new name, in tables that all of them share. */
    StoresPair(DataSource journal) {
        this.journal = journal;
        this.made = partsOf(Sides.each(faulty::of));
        this.parts = made.parts();
        for (Side side : Side.values()) {
            parts.controls().of(side).read();
        }
    }

    private StoresParts<Note, Long> partsOf(Sides<Store<Note, Long>> over) {
        return new StoresParts<>(new StoresParts.Declaration<>(
                name,
                journal,
                Note.TYPE,
                over,
                Grace.DEFAULT,
                new Limits(Duration.ofSeconds(5), Duration.ofMillis(100)),
                Equivalences.fields(),
                true,
                false,
                () -> true,
                Pace.real()));
    }

    /** What the library sees of these stores while one of them cannot be reached. */
    Preflight cutOff(Side side) {
        FaultyStore<Note, Long> gone = new FaultyStore<>(stores.of(side));
        gone.before().failAlways(() -> new java.io.IOException("gone"));
        return partsOf(Sides.each(each -> each == side ? gone : stores.of(each)))
                .parts()
                .preflight();
    }

    @Override
    public MigrationParts parts() {
        return parts;
    }

    StoresParts<Note, Long> made() {
        return made;
    }

    FaultyStore<Note, Long> faulty(Side side) {
        return faulty.of(side);
    }

    @Override
    public void put(Side side, long key, String value) {
        stores.of(side).save(new Note(key, value));
    }

    @Override
    public void remove(Side side, long key) {
        stores.of(side).delete(key);
    }

    @Override
    public @Nullable String get(Side side, long key) {
        Note note = stores.of(side).find(key);
        return note == null ? null : note.text();
    }

    @Override
    public void putIn(Transaction transaction, long key, String value) throws Exception {
        // Names the record before the store is called, as the write path does.
        transaction.changed(Note.TYPE.id(key));
        faulty.of(transaction.side()).save(new Note(key, value));
    }

    /** Moves everything that has a time back, which is the same as moving the journal's clock on. */
    void elapse(Duration time) throws SQLException {
        long seconds = time.toSeconds();
        run("update dualwrite_journal set created = created - interval '" + seconds + "' second,"
                + " due = due - interval '" + seconds + "' second");
        run("update dualwrite_call set created = created - interval '" + seconds + "' second,"
                + " ends_by = ends_by - interval '" + seconds + "' second");
        run("update dualwrite_control set deadline = deadline - interval '" + seconds + "' second");
    }

    /** Holds the row of the origin shared, as a write does while it notes its intents. */
    AutoCloseable holdShared() throws SQLException {
        Connection connection = journal.getConnection();
        connection.setAutoCommit(false);
        made.controls().origin().hold(connection);
        return () -> {
            connection.rollback();
            connection.close();
        };
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = journal.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
