package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.path.CallPolicy;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.Relay;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.Transfer;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.testkit.fault.FaultyDataSource;
import io.dualwrite.testkit.fault.MemoryStore;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;

/**
 * Two stores without transactions and the database of their journal, for nodes that a test interleaves by hand on one
 * thread: whatever is to happen in the middle of a call is hung into that call. Nobody sleeps; the nodes' clock moves when
 * they pause, and the database's when it is told to.
 */
final class StoresWorld implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(6);
    static final Duration GRACE = Duration.ofSeconds(18);
    /** A write of which nothing is known may have begun while whoever switches the journal on waits for locks. */
    static final Duration UNJOURNALLED_GRACE = GRACE.plusSeconds(1);

    static final Duration BUDGET = Duration.ofSeconds(40);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

    private static final AtomicInteger WORLDS = new AtomicInteger();
    private static final DataSource JOURNAL = memory();

    private final String name = "world-" + WORLDS.incrementAndGet();
    private final Sides<MemoryStore<Note, Long>> stores = Sides.each(side -> new MemoryStore<>(Note.TYPE));
    private final Making making;
    private final List<Node> nodes = new ArrayList<>();

    /** How a node's parts are made; a wrong variant makes some of them otherwise. */
    @FunctionalInterface
    interface Making {
        StoresParts<Note, Long> of(StoresParts.Declaration<Note, Long> declared);
    }

    StoresWorld(Making making) {
        this.making = making;
    }

    StoresWorld() {
        this(StoresParts::new);
    }

    private static DataSource memory() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:world" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return source;
    }

    /** The connections of one process, which end with it. */
    private static final class Connections {
        private final List<Connection> given = new ArrayList<>();

        DataSource source() {
            return (DataSource) Proxy.newProxyInstance(
                    StoresWorld.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, args) -> {
                        if (!method.getName().equals("getConnection")) {
                            throw new UnsupportedOperationException(method.getName());
                        }
                        return next();
                    });
        }

        private synchronized Connection next() throws SQLException {
            Connection connection = JOURNAL.getConnection();
            given.add(connection);
            return connection;
        }

        synchronized void end() throws SQLException {
            for (Connection connection : given) {
                connection.close();
            }
        }
    }

    /** A store into whose calls something can be hung. */
    static final class Hooked implements ScannableStore<Note, Long> {
        private final MemoryStore<Note, Long> behind;
        private @Nullable Step beforeWrite;
        private @Nullable Step afterWrite;

        Hooked(MemoryStore<Note, Long> behind) {
            this.behind = behind;
        }

        /** What happens once, in the middle of the next write: before it has an effect. */
        Hooked beforeNextWrite(Step step) {
            beforeWrite = step;
            return this;
        }

        /** What happens once, when the next write has had its effect and its caller does not know yet. */
        Hooked afterNextWrite(Step step) {
            afterWrite = step;
            return this;
        }

        @Override
        public @Nullable Note find(Long key) {
            return behind.find(key);
        }

        @Override
        public void save(Note record) throws Exception {
            write(() -> behind.save(record));
        }

        @Override
        public void delete(Long key) throws Exception {
            write(() -> behind.delete(key));
        }

        private void write(Step effect) throws Exception {
            Step before = beforeWrite;
            beforeWrite = null;
            if (before != null) {
                before.run();
            }
            effect.run();
            Step after = afterWrite;
            afterWrite = null;
            if (after != null) {
                after.run();
            }
        }

        @Override
        public List<Long> keysAfter(@Nullable Long after, int limit) {
            return behind.keysAfter(after, limit);
        }
    }

    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /** The death of a process: nothing that it would do afterwards is done. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed");
        }
    }

    /** A process of the application. */
    final class Node {
        private final Connections connections = new Connections();
        private final FaultyDataSource journal = new FaultyDataSource(connections.source());
        private final Sides<Hooked> hooked = Sides.each(side -> new Hooked(stores.of(side)));
        private final StoresMigration<Note, Long> migration;
        private final Relay relay;
        private final Board board;

        private Node() {
            AtomicLong clock = new AtomicLong();
            Pace pace = new Pace() {
                @Override
                public long nanos() {
                    return clock.get();
                }

                @Override
                public void pause(Duration atLeast) {
                    // Long enough for whoever waits out a grace not to look thousands of times: the calls' deadline is
                    // real.
                    clock.addAndGet(Math.max(SHORTEST_PAUSE.toNanos(), atLeast.toNanos()));
                }
            };
            StoresParts<?, ?>[] made = new StoresParts<?, ?>[1];
            migration = new StoresMigrationBuilder<Note, Long>(name, Note.class, Long.class, journal.dataSource()) {
                @Override
                StoresParts<Note, Long> made(StoresParts.Declaration<Note, Long> declared) {
                    StoresParts<Note, Long> parts = making.of(declared);
                    made[0] = parts;
                    return parts;
                }
            }.between(hooked.origin(), hooked.target())
                    .key(Note::id)
                    .createTables(true)
                    .attestedBy("the test")
                    .callsEndWithin(DEADLINE)
                    .grace(GRACE)
                    .handover(new HandoverSettings(BUDGET, Duration.ofDays(1), 200, Duration.ofSeconds(6)))
                    .writersWait(BUDGET.multipliedBy(2))
                    .pace(pace)
                    .build();
            migration.approve(Stage.LIVE, "the test");
            migration.refresh();
            var parts = made[0].parts();
            this.board = new Board(parts.controls());
            MigrationListener nobody = event -> {};
            relay = new Relay(
                    board,
                    parts.journals(),
                    new Transfer(parts.journals(), parts.carrier()),
                    CallPolicy.breaker(name),
                    RelaySettings.defaults(),
                    nobody,
                    pace);
        }

        StoresMigration<Note, Long> migration() {
            return migration;
        }

        /** What the database does with the connections of a process that is gone. */
        void isGone() throws SQLException {
            connections.end();
        }

        FaultyDataSource journal() {
            return journal;
        }

        Hooked store(Side side) {
            return hooked.of(side);
        }

        void save(long key, String text) throws Exception {
            migration.store().save(new Note(key, text));
        }

        void delete(long key) throws Exception {
            migration.store().delete(key);
        }

        /** Transfers what may be transferred by now, as a drain does. */
        void relay() {
            board.refresh();
            Side from = board.view().leader();
            for (int round = 0; round < 20 && relay.drainOnce(from) > 0; round++) {
                continue;
            }
        }

        /** From nothing to SHADOW, verified. */
        void toShadow() throws Exception {
            migration.moveTo(Stage.JOURNAL);
            elapse(UNJOURNALLED_GRACE);
            migration.moveTo(Stage.DUAL_WRITE);
            migration.backfill();
            migration.moveTo(Stage.SHADOW);
            verify();
        }

        void verify() throws Exception {
            for (int round = 0; round < 3; round++) {
                if (migration.verify(VerifyPolicy.REPAIR).isClean()) {
                    return;
                }
            }
            throw new AssertionError("No clean verification");
        }
    }

    /** A migration that nobody has approved of to switch. */
    StoresMigration<Note, Long> unanswered() {
        StoresMigration<Note, Long> migration = Jdbc.stores(name, Note.class, Long.class, JOURNAL)
                .between(new Hooked(stores.origin()), new Hooked(stores.target()))
                .key(Note::id)
                .build();
        migration.refresh();
        return migration;
    }

    Node node() {
        Node node = new Node();
        nodes.add(node);
        return node;
    }

    @Nullable String on(Side side, long key) {
        Note note = stores.of(side).find(key);
        return note == null ? null : note.text();
    }

    MemoryStore<Note, Long> store(Side side) {
        return stores.of(side);
    }

    /** Moves the database's clock on. */
    void elapse(Duration time) throws SQLException {
        long seconds = time.toSeconds();
        try (Connection connection = JOURNAL.getConnection();
                Statement statement = connection.createStatement()) {
            String mine = " where migration = '" + name + "'";
            statement.execute("update dualwrite_journal set due = due - interval '" + seconds + "' second" + mine);
            statement.execute("update dualwrite_call set ends_by = ends_by - interval '" + seconds + "' second" + mine);
            statement.execute(
                    "update dualwrite_control set deadline = deadline - interval '" + seconds + "' second" + mine);
        }
    }

    /** What must hold when nothing is under way any more: the journal empties, and both sides are the same. */
    void settles(Node survivor) throws Exception {
        elapse(GRACE);
        for (int round = 0; round < 20 && !survivor.migration().backlog().isEmpty(); round++) {
            survivor.relay();
            elapse(GRACE);
        }
        assertThat(survivor.migration().backlog().isEmpty())
                .as("the journal empties")
                .isTrue();
        for (Side side : Side.values()) {
            for (Long key : stores.of(side).keysAfter(null, 1_000)) {
                assertThat(on(side.other(), key))
                        .as("record on the " + side.other() + " as on the " + side)
                        .isEqualTo(on(side, key));
            }
        }
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.migration().close());
    }
}
