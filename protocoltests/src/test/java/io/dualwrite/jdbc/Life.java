package io.dualwrite.jdbc;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.jdbc.Scenario.Stores;
import io.dualwrite.jdbc.Tolerance.Deed;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.SimulatedServer;
import io.dualwrite.testkit.simulation.SimulatedStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A small life of a migration: a few keys, and on two to five nodes writers, readers, relays, backfills, verifiers and
 * coordinators, all drawn from a seed, while servers crash, clocks jump and now and then a foreign writer interferes.
 * Afterwards a last node sets everything right.
 */
final class Life {
    private static final int MOST_ROUNDS = 300;

    private final Stores stores;
    private final Sides<SimulatedServer> servers;
    private final Baton baton;
    private final Oracle oracle;
    private final Tolerance tolerance;
    private final Variation variation;
    private final Start start;
    private final Random random;
    /** What drives the writers that change records without naming them; null where there are none. */
    private final Random sweeps;

    private final AtomicLong values = new AtomicLong(100);
    private final int keys;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Map<String, String> nodeOf = new HashMap<>();
    private final Map<String, Long> stoppedAt = new HashMap<>();
    private boolean foreign;

    Life(
            Stores stores,
            Sides<SimulatedServer> servers,
            Baton baton,
            Oracle oracle,
            Variation variation,
            Start start,
            Random random,
            Random sweeps) {
        this.sweeps = variation.sweeps() || sweeps.nextInt(4) == 0 ? sweeps : null;
        this.stores = stores;
        this.servers = servers;
        this.baton = baton;
        this.oracle = oracle;
        this.tolerance = new Tolerance(baton, this::refused);
        this.variation = variation;
        this.start = start;
        this.random = random;
        this.keys = 1 + random.nextInt(start == Start.CROWD ? 2 : Scenario.MOST_KEYS);
    }

    private SimulatedNode node(int isolation) {
        Duration ahead = Duration.ofMillis(random.nextInt(10_000));
        Sides<SimulatedNode.Sources> sources = Sides.each(side -> servers.of(side)::dataSource);
        return new SimulatedNode(baton, ahead, sources, variation, oracle, this::happened, isolation);
    }

    private int isolation() {
        int drawn = stores == Stores.H2 ? 0 : random.nextInt(8);
        return drawn < 5
                ? Connection.TRANSACTION_READ_COMMITTED
                : drawn < 7 ? Connection.TRANSACTION_REPEATABLE_READ : Connection.TRANSACTION_SERIALIZABLE;
    }

    private void happened(MigrationEvent event) {
        if (event instanceof MigrationEvent.MismatchConfirmed mismatch) {
            // Before a backfill ends, and where a generation begins anew, sides may differ for good reasons.
            oracle.mismatch(Long.parseLong(mismatch.record().key()), start == Start.SHADOW || start == Start.LIVE);
        } else if (event instanceof MigrationEvent.HandoverStep step) {
            oracle.stepped(step.step());
        }
    }

    void populate() {
        observe();
        int count = 2 + random.nextInt(4);
        for (int number = 0; number < count; number++) {
            nodes.add(node(isolation()));
        }
        int writers = 1 + random.nextInt(3) + (start == Start.CROWD ? 1 : 0);
        actors("writer", writers, this::writer);
        actors("relay", 1 + random.nextInt(start.stage() == Stage.DUAL_WRITE ? 3 : 2), this::relay);
        if (!start.isWhole() || random.nextInt(4) == 0) {
            actors("backfill", 1 + random.nextInt(2), this::backfill);
        }
        actors("verifier", random.nextInt(2), this::verifier);
        actors("reader", random.nextInt(4) == 0 ? 1 : 0, this::reader);
        int coordinators =
                start == Start.CROWD ? 0 : start == Start.DUAL_WRITE ? random.nextInt(3) : 1 + random.nextInt(2);
        // What a foreign writer did must not be flipped to: nothing is promised then.
        foreign = start.isWhole() && random.nextInt(12) == 0;
        actors("coordinator", foreign ? 0 : coordinators, this::coordinator);
        actors("settler", random.nextInt(3) == 0 ? 1 : 0, this::settler);
        if (foreign) {
            baton.sturdyActor("foreigner", this::foreigner);
        }
        if (stores == Stores.SIMULATED && start != Start.CROWD && random.nextInt(3) == 0) {
            Random own = new Random(random.nextLong());
            baton.sturdyActor("operator", () -> operator(own));
        }
    }

    private void observe() {
        for (Side side : Side.values()) {
            if (servers.of(side) instanceof SimulatedStore store) {
                store.onNoticed(this::noticed);
            }
        }
        baton.watch(new Baton.Watcher() {
            @Override
            public void killed(String actor, String node, boolean all) {
                nodeOf.forEach((each, its) -> {
                    if (each.equals(actor) || (all && its.equals(node))) {
                        oracle.killed(each);
                    }
                });
            }

            @Override
            public void stopped(String actor, String node, boolean all, boolean cut) {
                stoppedAt.put(actor, oracle.handover());
            }

            @Override
            public void resumed(String actor) {
                Long before = stoppedAt.remove(actor);
                if (before != null && before < oracle.handover()) {
                    oracle.saw(Situation.RESUMED_AFTER_A_HANDOVER);
                }
            }
        });
    }

    private void noticed(String what) {
        switch (what) {
            case "waited for dualwrite_stripe" -> oracle.waitedForAStripe();
            case "waited for advisory" -> oracle.saw(Situation.FENCE_QUEUED);
            case "waited for a key" -> oracle.saw(Situation.WAITED_FOR_A_KEY);
            case "deadlock victim" -> oracle.saw(Situation.DEADLOCK);
            case "lock time-out" -> oracle.saw(Situation.LOCK_TIME_OUT);
            case "serialization failure" -> oracle.saw(Situation.SERIALIZATION_FAILURE);
            case "looked again and passed over" -> oracle.saw(Situation.LOOKED_AGAIN);
            case "idle session ended" -> oracle.saw(Situation.SILENT_SESSION_ENDED);
            case SimulatedNode.WRITERS + ": commit of unknown outcome happened" ->
                oracle.saw(Situation.UNKNOWN_AND_HAPPENED);
            case SimulatedNode.WRITERS + ": commit of unknown outcome did not happen" ->
                oracle.saw(Situation.UNKNOWN_AND_NOT);
            default -> {
                return;
            }
        }
    }

    private void rest(Random own, int millis) {
        baton.pause(Duration.ofMillis(own.nextInt(start == Start.CROWD ? 10 : millis)));
    }

    private interface Role {
        void play(SimulatedNode node, Random own) throws Exception;
    }

    private void actors(String what, int count, Role role) {
        for (int number = 1; number <= count; number++) {
            Random own = new Random(random.nextLong());
            int at = random.nextInt(nodes.size());
            SimulatedNode node = nodes.get(at);
            String name = what + number;
            nodeOf.put(name, "node" + at);
            baton.actor("node" + at, name, () -> {
                if (own.nextBoolean()) {
                    tolerant(() -> node.board.refresh());
                }
                role.play(node, own);
            });
        }
    }

    private void writer(SimulatedNode node, Random own) throws Exception {
        int writes = 1 + own.nextInt(4);
        for (int number = 0; number < writes; number++) {
            if (own.nextInt(3) == 0) {
                rest(own, 300);
            }
            Side before = oracle.authority();
            Writing writing = new Writing(node, oracle, own, keys, values, start != Start.CROWD, sweeps);
            boolean knows = before != null && node.board.view().leader() == before;
            long handover = oracle.handover();
            Deed whole = () -> {
                try {
                    writing.run();
                    variation.beforeAcknowledging(node, writing.side(), writing.written());
                } catch (Exception failure) {
                    if (knows) {
                        oracle.refused(before, handover, SimulatedStore.refusing(failure));
                    }
                    throw failure;
                }
            };
            if (tolerant(whole)) {
                oracle.acknowledged();
                if (before != null && writing.waited() && writing.side() != before) {
                    oracle.saw(Situation.WAITED_AND_WENT_OVER);
                }
                writing.sights().forEach(oracle::saw);
                tolerant(() -> variation.afterWrite(node, writing.side(), writing.written()));
            } else {
                oracle.failed();
            }
        }
    }

    private void reader(SimulatedNode node, Random own) throws Exception {
        for (int round = 0; round < 6; round++) {
            long key = 1 + own.nextInt(keys);
            int before = oracle.states(key);
            long handover = oracle.handover();
            Long[] value = new Long[1];
            if (tolerant(() -> variation.read(node, side -> value[0] = read(node, side, key)))) {
                oracle.strictly(key, before, value[0], handover);
            }
            rest(own, 300);
        }
    }

    private static Long read(SimulatedNode node, Side side, long key) throws SQLException {
        try (Connection connection = node.bound.of(side).getConnection();
                PreparedStatement look = connection.prepareStatement(
                        "select amount from " + SimulatedNode.table(side) + " where id = ?")) {
            look.setLong(1, key);
            try (ResultSet row = look.executeQuery()) {
                return row.next() ? (Long) row.getLong(1) : null;
            }
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
                if (foreign || own.nextInt(3) == 0) {
                    tolerant(() -> verify(node));
                }
            }
            rest(own, 600);
        }
    }

    private void verify(SimulatedNode node) throws Exception {
        VerifyReport report = node.verifier.verify(VerifyPolicy.REPAIR);
        if (report.candidates() > report.confirmed()) {
            oracle.saw(Situation.CANDIDATE_DISMISSED);
        }
    }

    private void coordinator(SimulatedNode node, Random own) throws Exception {
        Stage[] wishes = switch (start) {
            case SHADOW -> new Stage[] {Stage.LIVE, Stage.SHADOW, Stage.RAMP_DOWN, Stage.DUAL_WRITE};
            case LIVE -> new Stage[] {Stage.SHADOW, Stage.RAMP_DOWN, Stage.LIVE, Stage.COMPLETE};
            case OFF -> new Stage[] {Stage.SHADOW, Stage.DUAL_WRITE, Stage.OFF, Stage.LIVE};
            default -> new Stage[] {Stage.SHADOW, Stage.OFF, Stage.LIVE, Stage.DUAL_WRITE};
        };
        int moves = 1 + own.nextInt(4);
        for (int move = 0; move < moves; move++) {
            // The first two of the wishes are what a life is about.
            Stage wish = wishes[own.nextInt(own.nextInt(3) == 0 ? wishes.length : 2)];
            if (!start.isWhole() && wish.isBeyondFlip()) {
                tolerant(() -> node.moveTo(Stage.DUAL_WRITE));
                tolerant(() -> variation.backfill(node));
                tolerant(() -> verify(node));
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

    /** Writes to the copy past everything, as nobody should. */
    private void foreigner() throws Exception {
        Random own = baton.random();
        for (int round = 0; round < 2; round++) {
            baton.pause(Duration.ofMillis(own.nextInt(300)));
            Side authority = oracle.authority();
            if (authority == null) {
                return;
            }
            Side copy = authority.other();
            try (Connection connection = servers.of(copy)
                            .dataSource(Oracle.FOREIGN, sql -> sql)
                            .getConnection();
                    Statement statement = connection.createStatement()) {
                long key = 1 + own.nextInt(keys);
                String table = SimulatedNode.table(copy);
                if (own.nextBoolean()) {
                    statement.executeUpdate(
                            "update " + table + " set amount = " + -values.incrementAndGet() + " where id = " + key);
                } else {
                    statement.executeUpdate("delete from " + table + " where id = " + key);
                }
            } catch (SQLException expected) {
                baton.remark("the foreign writer failed");
            }
        }
    }

    /** Lets servers crash, takes them away for a while, and sets their clocks. */
    private void operator(Random own) {
        int deeds = 1 + own.nextInt(3);
        for (int deed = 0; deed < deeds; deed++) {
            baton.pause(Duration.ofMillis(20 + own.nextInt(1_500)));
            Side side = Side.values()[own.nextInt(2)];
            SimulatedStore store = (SimulatedStore) servers.of(side);
            switch (own.nextInt(3)) {
                case 0 -> {
                    baton.remark(store.name() + " crashes");
                    oracle.serverLost(false);
                    store.crash();
                }
                case 1 -> {
                    baton.remark(store.name() + " is down");
                    oracle.serverLost(true);
                    store.down(true);
                    baton.pause(Duration.ofMillis(10 + own.nextInt(own.nextBoolean() ? 300 : 8_000)));
                    store.down(false);
                    baton.remark(store.name() + " is up");
                }
                default -> {
                    Duration ahead = Duration.ofMillis(own.nextInt(20_000) - 10_000);
                    baton.remark("the clock of " + store.name() + " is set " + ahead + " ahead");
                    store.clockAhead(ahead);
                }
            }
        }
    }

    /** The last node: settles what was left half done, and lets the copy catch up. */
    void setRight() {
        observe();
        SimulatedNode node = node(Connection.TRANSACTION_READ_COMMITTED);
        baton.sturdyActor("closer", () -> setRight(node));
        baton.run();
    }

    private void setRight(SimulatedNode node) throws Exception {
        baton.pause(Duration.ofMinutes(2));
        int rounds = 0;
        do {
            node.board.refresh();
            node.handover.settle();
            baton.pause(Duration.ofSeconds(1));
            mustEnd(rounds++, "nobody has the authority, and settling does not change that");
        } while (node.board.refresh().authority() == null);
        if (node.board.stage() == Stage.COMPLETE) {
            node.handover.settle();
            return;
        }
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
            mustEnd(rounds++, "the journal is not drained, although nobody writes");
        }
        if (!node.verifier.verify(VerifyPolicy.REPAIR).isClean()
                && !node.verifier.verify(VerifyPolicy.REPORT).isClean()) {
            throw new AssertionError("the last verification found differences");
        }
    }

    private static void mustEnd(int rounds, String otherwise) {
        if (rounds > MOST_ROUNDS) {
            throw new AssertionError(otherwise);
        }
    }

    private boolean tolerant(Deed deed) throws Exception {
        return tolerance.allows(deed);
    }

    private void refused(String why) {
        if (why.contains("changed by somebody else") || why.contains("opened again before")) {
            oracle.saw(Situation.LOST_THE_RACE);
        }
    }
}
