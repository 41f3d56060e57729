package io.dualwrite.jdbc;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.BackfillException;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.Hazards;
import io.dualwrite.testkit.simulation.SimulatedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A small life of a migration: a few keys, writers, relays, a backfill, a verifier and two coordinators, each a node of its
 * own, all drawn from a seed. Afterwards a last node sets everything right, and then both sides must be the same.
 */
final class Scenario implements AutoCloseable {
    static final int MOST_KEYS = 3;
    private static final int MOST_STEPS = 200_000;

    /** Where a life begins. */
    enum Start {
        /** Nothing done yet; the origin has records, the target perhaps leftovers. */
        OFF,
        /** The copy follows; nothing was backfilled. */
        DUAL_WRITE,
        /** All is the same, ready to be flipped. */
        SHADOW,
        /** As DUAL_WRITE, and everybody is after one or two keys, nobody rests, and some stand still in the middle. */
        CROWD;

        Stage stage() {
            return this == CROWD ? Stage.DUAL_WRITE : Stage.valueOf(name());
        }
    }

    private final Sides<SimulatedDatabase> databases = Sides.each(side -> open(side));
    private int steps;

    private static SimulatedDatabase open(Side side) {
        SimulatedDatabase database = new SimulatedDatabase(side.name().toLowerCase(java.util.Locale.ROOT));
        database.execute(
                "create table " + SimulatedNode.table(side) + " (id bigint primary key, amount bigint not null)");
        database.attach(new Baton(0, Hazards.NONE, 0), label -> {});
        try {
            Schema.of(SimulatedNode.MIGRATION, side, database.dataSource()).apply();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return database;
    }

    /** Steps taken in all runs so far. */
    int steps() {
        return steps;
    }

    @Override
    public void close() {
        databases.origin().close();
        databases.target().close();
    }

    /** Lives through one seed; throws an AssertionError that tells it when something was violated. */
    void run(long seed, Variation variation) throws Exception {
        Random random = new Random(seed * 7919);
        Start start = Start.values()[random.nextInt(Start.values().length)];
        Start wanted = variation.start();
        run(seed, variation, wanted == null ? start : wanted);
    }

    /** As {@link #run(long, Variation)}, beginning there. */
    void run(long seed, Variation variation, Start start) throws Exception {
        variation.begin();
        run(seed, variation, start, new Random(seed * 7919 + start.ordinal()));
    }

    private void run(long seed, Variation variation, Start start, Random random) throws Exception {
        Hazards hazards = start == Start.CROWD
                ? new Hazards(0, 40, 0, 0, 0, 1 + random.nextInt(8))
                : random.nextInt(4) == 0 ? Hazards.NONE : Hazards.drawn(random);
        Baton baton = new Baton(seed, hazards, MOST_STEPS);
        Oracle[] oracle = new Oracle[1];
        for (Side side : Side.values()) {
            databases.of(side).attach(baton, label -> {
                if (oracle[0] != null) {
                    oracle[0].committed(side, label);
                }
            });
        }
        prepare(start, random);
        oracle[0] = new Oracle(baton, databases, variation.leavesIntentsAtOnce());
        Life life = new Life(baton, oracle[0], variation, start, random);
        life.populate();
        Throwable failure = null;
        try {
            baton.run();
            steps += baton.steps();
            Baton end = new Baton(seed, Hazards.NONE, MOST_STEPS);
            end.advance(Duration.between(end.now(), baton.now()));
            for (Side side : Side.values()) {
                databases.of(side).attach(end, label -> oracle[0].committed(side, label));
            }
            oracle[0].goesOnWith(end);
            Life last = new Life(end, oracle[0], variation, start, random);
            end.sturdyActor("closer", last::setRight);
            baton = end;
            end.run();
            steps += end.steps();
            oracle[0].atRest();
        } catch (AssertionError | RuntimeException thrown) {
            failure = thrown;
        }
        if (failure != null) {
            throw new AssertionError(
                    "Seed " + seed + ", start " + start + ", variation '" + variation + "': " + failure.getMessage()
                            + "\nreplay with: mvn -pl dualwrite-testkit -am test -Dtest=ProtocolSimulationTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Ddualwrite.sim.seed=" + seed
                            + " -Ddualwrite.sim.start=" + start + "\n" + hazards
                            + "\n"
                            + baton.trace(),
                    failure);
        }
    }

    private void prepare(Start start, Random random) {
        for (Side side : Side.values()) {
            SimulatedDatabase database = databases.of(side);
            for (String table : List.of(
                    "dualwrite_journal", "dualwrite_recheck", "dualwrite_checkpoint", SimulatedNode.table(side))) {
                database.execute("delete from " + table);
            }
            boolean origin = side == Side.ORIGIN;
            boolean begun = start != Start.OFF;
            database.execute("update dualwrite_control set role = '" + (origin ? "AUTHORITY" : "COPY") + "', stage = '"
                    + (origin ? start.stage() : Stage.OFF) + "', handover = 0, version = 0, journalled = "
                    + (origin && begun) + ", generation = " + (begun ? 1 : 0) + ", deadline = null");
        }
        for (long key = 1; key <= MOST_KEYS; key++) {
            boolean there = random.nextBoolean();
            if (there) {
                databases.origin().execute("insert into item values (" + key + ", " + key + ")");
            }
            if (start == Start.SHADOW ? there : random.nextInt(4) == 0) {
                long leftover = start == Start.SHADOW ? key : -key;
                databases.target().execute("insert into item_v2 values (" + key + ", " + leftover + ")");
            }
        }
        if (start == Start.SHADOW) {
            for (String job : List.of("backfill", "clean-pass")) {
                databases
                        .target()
                        .execute("insert into dualwrite_checkpoint values ('" + SimulatedNode.MIGRATION
                                + "', 'TARGET', '" + job + "', 'item', 1, null, 0, true)");
            }
        }
    }

    /** Who lives, and what they do. */
    private final class Life {
        private final Baton baton;
        private final Oracle oracle;
        private final Variation variation;
        private final Start start;
        private final Random random;
        private final AtomicLong values = new AtomicLong(100);
        private final int keys;

        Life(Baton baton, Oracle oracle, Variation variation, Start start, Random random) {
            this.baton = baton;
            this.oracle = oracle;
            this.variation = variation;
            this.start = start;
            this.random = random;
            this.keys = 1 + random.nextInt(start == Start.CROWD ? 2 : MOST_KEYS);
        }

        private SimulatedNode node() {
            return new SimulatedNode(baton, databases, variation, this::happened);
        }

        private void happened(MigrationEvent event) {
            // Before a backfill ends, and where a generation begins anew, sides may differ for good reasons.
            if (event instanceof MigrationEvent.MismatchConfirmed && start == Start.SHADOW) {
                oracle.mismatch(event);
            }
        }

        void populate() {
            int writers = 1 + random.nextInt(3) + (start == Start.CROWD ? 1 : 0);
            for (int number = 1; number <= writers; number++) {
                actor("writer" + number, this::writer);
            }
            int relays = 1 + random.nextInt(start.stage() == Stage.DUAL_WRITE ? 3 : 2);
            for (int number = 1; number <= relays; number++) {
                actor("relay" + number, this::relay);
            }
            if (start != Start.SHADOW || random.nextInt(4) == 0) {
                int backfills = 1 + random.nextInt(2);
                for (int number = 1; number <= backfills; number++) {
                    actor("backfill" + number, this::backfill);
                }
            }
            if (random.nextBoolean()) {
                actor("verifier", this::verifier);
            }
            int coordinators =
                    start == Start.CROWD ? 0 : start == Start.DUAL_WRITE ? random.nextInt(2) : 1 + random.nextInt(2);
            for (int number = 1; number <= coordinators; number++) {
                actor("coordinator" + number, this::coordinator);
            }
            if (random.nextInt(3) == 0) {
                actor("settler", this::settler);
            }
        }

        private void rest(Random own, int millis) {
            baton.pause(Duration.ofMillis(own.nextInt(start == Start.CROWD ? 10 : millis)));
        }

        private interface Role {
            void play(SimulatedNode node, Random own) throws Exception;
        }

        private void actor(String name, Role role) {
            Random own = new Random(random.nextLong());
            baton.actor(name, () -> {
                SimulatedNode node = node();
                if (own.nextBoolean()) {
                    tolerant(() -> node.board.refresh());
                }
                role.play(node, own);
            });
        }

        private void writer(SimulatedNode node, Random own) throws Exception {
            int writes = 1 + own.nextInt(4);
            for (int number = 0; number < writes; number++) {
                if (own.nextInt(3) == 0) {
                    rest(own, 300);
                }
                write(node, own);
            }
        }

        private void write(SimulatedNode node, Random own) throws Exception {
            boolean several = own.nextInt(4) == 0;
            int kind = own.nextInt(3);
            long first = 1 + own.nextInt(keys);
            Map<Long, Long> written = new TreeMap<>();
            Side[] on = new Side[1];
            boolean done = tolerant(() -> node.transactions.write(transaction -> {
                written.clear();
                on[0] = transaction.side();
                try (Connection connection = node.bound.of(transaction.side()).getConnection()) {
                    String table = SimulatedNode.table(transaction.side());
                    for (long key = first; key <= (several ? keys : first); key++) {
                        transaction.changed(SimulatedNode.id(key));
                        if (kind != 0) {
                            written.put(key, save(connection, table, key, kind == 1));
                        } else if (execute(connection, "delete from " + table + " where id = ?", key) > 0) {
                            written.put(key, null);
                        }
                    }
                }
                oracle.writing(written);
                return written;
            }));
            if (done) {
                oracle.acknowledged();
                tolerant(() -> variation.afterWrite(node, on[0], written));
            } else {
                oracle.failed();
            }
        }

        private Long save(Connection connection, String table, long key, boolean lookFirst) throws SQLException {
            if (lookFirst) {
                try (PreparedStatement look =
                        connection.prepareStatement("select amount from " + table + " where id = ? for update")) {
                    look.setLong(1, key);
                    try (ResultSet row = look.executeQuery()) {
                        row.next();
                    }
                }
            }
            long value = values.incrementAndGet();
            if (execute(connection, "update " + table + " set amount = ? where id = ?", value, key) == 0) {
                execute(connection, "insert into " + table + " (amount, id) values (?, ?)", value, key);
            }
            return value;
        }

        private static int execute(Connection connection, String sql, long... parameters) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int at = 0; at < parameters.length; at++) {
                    statement.setLong(at + 1, parameters[at]);
                }
                return statement.executeUpdate();
            }
        }

        private void relay(SimulatedNode node, Random own) throws Exception {
            int rounds = 2 + own.nextInt(6);
            // Leases protect nothing: one that takes no notice of them must do no harm.
            boolean urgent = start == Start.CROWD || own.nextBoolean();
            for (int round = 0; round < rounds; round++) {
                tolerant(() -> node.board.refresh());
                int batches = 1 + own.nextInt(2);
                for (int batch = 0; batch < batches; batch++) {
                    if (urgent && node.board.stage().write().followed()) {
                        tolerant(() -> node.relay.drainOnce(node.board.view().leader()));
                    } else {
                        tolerant(() -> node.relay.runOnce());
                    }
                }
                rest(own, 400);
            }
        }

        private void backfill(SimulatedNode node, Random own) throws Exception {
            for (int attempt = 0; attempt < 4; attempt++) {
                tolerant(() -> node.board.refresh());
                if (node.board.stage().write().followed() && node.board.view().authority() == Side.ORIGIN) {
                    if (tolerant(() -> variation.backfill(node))) {
                        return;
                    }
                }
                baton.pause(Duration.ofMillis(20 + own.nextInt(500)));
            }
        }

        private void verifier(SimulatedNode node, Random own) throws Exception {
            for (int round = 0; round < 3; round++) {
                tolerant(() -> node.board.refresh());
                if (node.board.stage().write().followed()) {
                    tolerant(() -> node.verifier.recheck(node.board.view().leader(), 10));
                    if (own.nextInt(3) == 0) {
                        tolerant(() -> node.verifier.verify(VerifyPolicy.REPAIR));
                    }
                }
                rest(own, 600);
            }
        }

        private void coordinator(SimulatedNode node, Random own) throws Exception {
            Stage[] wishes = start == Start.SHADOW
                    ? new Stage[] {Stage.LIVE, Stage.SHADOW, Stage.RAMP_DOWN, Stage.DUAL_WRITE}
                    : new Stage[] {Stage.SHADOW, Stage.DUAL_WRITE, Stage.OFF, Stage.LIVE};
            int moves = 1 + own.nextInt(3);
            for (int move = 0; move < moves; move++) {
                // The first two of the wishes are what a life is about.
                Stage wish = wishes[own.nextInt(own.nextInt(3) == 0 ? wishes.length : 2)];
                if (start != Start.SHADOW && wish.isBeyondFlip()) {
                    tolerant(() -> node.verifier.verify(VerifyPolicy.REPAIR));
                }
                tolerant(() -> node.moveTo(wish));
                baton.pause(Duration.ofMillis(own.nextInt(400)));
            }
        }

        private void settler(SimulatedNode node, Random own) throws Exception {
            for (int round = 0; round < 3; round++) {
                tolerant(() -> node.board.refresh());
                baton.pause(Duration.ofMillis(own.nextInt(5_000)));
                // By a view that may be old by now.
                tolerant(() -> node.handover.settle());
            }
        }

        /** The last node: settles what was left half done, and lets the copy catch up. */
        void setRight() throws Exception {
            SimulatedNode node = node();
            baton.pause(Duration.ofMinutes(2));
            do {
                node.board.refresh();
                node.handover.settle();
                baton.pause(Duration.ofSeconds(1));
            } while (node.board.refresh().authority() == null);
            if (!node.board.stage().write().followed()) {
                node.moveTo(Stage.DUAL_WRITE);
            }
            Side leader = node.board.view().leader();
            if (leader == Side.ORIGIN) {
                variation.backfill(node);
            }
            while (!node.journals.of(leader).backlog().isEmpty()) {
                node.relay.runOnce();
                baton.pause(Duration.ofSeconds(1));
            }
            if (!node.verifier.verify(VerifyPolicy.REPORT).isClean()) {
                throw new AssertionError("the last verification found differences");
            }
        }

        private interface Attempt {
            Object make() throws Exception;
        }

        private interface Deed {
            void make() throws Exception;
        }

        private boolean tolerant(Deed deed) throws Exception {
            return tolerant(() -> {
                deed.make();
                return deed;
            });
        }

        /** Whether it was done; what may fail in a hostile world is not passed on, everything else is. */
        private boolean tolerant(Attempt attempt) throws Exception {
            try {
                attempt.make();
                return true;
            } catch (SQLException
                    | StageMovedException
                    | FenceBusyException
                    | ControlException
                    | JournalException
                    | NotACopyException
                    | BackfillException
                    | StageRefusedException expected) {
                baton.remark(expected.getClass().getSimpleName() + ": " + expected.getMessage());
                return false;
            } catch (TableScan.ScanException expected) {
                return false;
            } catch (IllegalStateException said) {
                // A backfill or a verification that finds the authority elsewhere says so in this way.
                if (String.valueOf(said.getMessage()).contains("the stage is")
                        || String.valueOf(said.getMessage()).contains("no longer has the authority")
                        || said.getCause() instanceof SQLException) {
                    return false;
                }
                throw said;
            }
        }
    }
}
