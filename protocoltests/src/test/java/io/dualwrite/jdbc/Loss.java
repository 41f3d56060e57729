package io.dualwrite.jdbc;

import io.dualwrite.repair.Unreconciled;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.SimulatedServer;
import io.dualwrite.testkit.simulation.SimulatedStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A life that begins at LIVE and in which the target is lost: to everybody, or to some of the nodes, of which others may have
 * lost the origin. Two operators force the authority wherever they cannot reach the target, work off what a target that has
 * come back has to be reconciled, and readopt it, while writers, relays and coordinators go on with what they know.
 * Afterwards a last node sets everything right.
 */
final class Loss {
    private static final int MOST_ROUNDS = 300;

    private final Sides<SimulatedServer> servers;
    private final Baton baton;
    private final LossLedger ledger;
    private final Tolerance tolerance;
    private final Variation variation;
    private final Random random;
    private final AtomicLong values;
    private final int keys;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Wires> wires = new ArrayList<>();
    private final Map<String, String> nodeOf = new HashMap<>();
    private final Map<String, Long> stoppedAt = new HashMap<>();

    /** {@code values} counts what was written so far. */
    Loss(
            Sides<SimulatedServer> servers,
            Baton baton,
            LossLedger ledger,
            Variation variation,
            Random random,
            AtomicLong values) {
        this.servers = servers;
        this.baton = baton;
        this.ledger = ledger;
        this.tolerance = new Tolerance(baton, this::refused);
        this.variation = variation;
        this.random = random;
        this.values = values;
        this.keys = 1 + random.nextInt(Scenario.MOST_KEYS);
    }

    private void refused(String why) {
        if (why.contains("can be reached")) {
            ledger.saw(LossSituation.REFUSED_AS_REACHABLE);
        } else if (why.contains("no copy that could take")) {
            ledger.saw(LossSituation.FORCED_BY_SOMEBODY_ELSE);
        } else if (why.contains("reconcile them first")) {
            ledger.saw(LossSituation.REFUSED_UNRECONCILED);
        }
    }

    private SimulatedNode node(Wires ways) {
        Duration ahead = Duration.ofMillis(random.nextInt(10_000));
        return new SimulatedNode(
                baton, ahead, ways.sources(), variation, ledger, event -> {}, Connection.TRANSACTION_READ_COMMITTED);
    }

    void populate() {
        baton.watch(new Watcher());
        int count = 2 + random.nextInt(3);
        for (int number = 0; number < count; number++) {
            Wires ways = new Wires(baton, servers);
            wires.add(ways);
            nodes.add(node(ways));
        }
        actors("writer", 2 + random.nextInt(3), this::writer);
        actors("relay", 1 + random.nextInt(2), this::relay);
        actors("settler", 1 + random.nextInt(count), this::settler);
        actors("operator", 2, this::operator);
        actors("coordinator", random.nextInt(2), this::coordinator);
        Random own = new Random(random.nextLong());
        baton.sturdyActor("network", () -> network(own));
    }

    private final class Watcher implements Baton.Watcher {
        @Override
        public void killed(String actor, String node, boolean all) {
            nodeOf.forEach((each, its) -> {
                if (each.equals(actor) || (all && its.equals(node))) {
                    ledger.killed(each);
                }
            });
        }

        @Override
        public void stopped(String actor, String node, boolean all, boolean cut) {
            stoppedAt.put(actor, ledger.handover());
        }

        @Override
        public void resumed(String actor) {
            Long before = stoppedAt.remove(actor);
            if (before != null && before < ledger.handover()) {
                ledger.saw(LossSituation.WENT_ON_LATE);
            }
        }
    }

    private interface Part {
        void play(SimulatedNode node, Random own) throws Exception;
    }

    private void actors(String what, int count, Part part) {
        for (int number = 1; number <= count; number++) {
            Random own = new Random(random.nextLong());
            int at = random.nextInt(nodes.size());
            String name = what + number;
            nodeOf.put(name, "node" + at);
            baton.actor("node" + at, name, () -> {
                tolerance.allows(() -> nodes.get(at).board.refresh());
                part.play(nodes.get(at), own);
            });
        }
    }

    private void rest(Random own, int millis) {
        baton.pause(Duration.ofMillis(own.nextInt(millis)));
    }

    /** Takes the target away, from everybody or from some, and gives it back. */
    private void network(Random own) {
        SimulatedStore target = (SimulatedStore) servers.target();
        int losses = 1 + own.nextInt(2);
        for (int loss = 0; loss < losses; loss++) {
            rest(own, 400);
            if (own.nextInt(3) == 0) {
                baton.remark("the target is down");
                target.down(true);
            } else {
                wires.forEach(each -> cut(each, own));
            }
            baton.pause(Duration.ofMillis(100 + own.nextInt(2_000)));
            target.down(false);
            wires.forEach(Wires::mend);
            baton.remark("the target is back");
        }
    }

    private static void cut(Wires ways, Random own) {
        int drawn = own.nextInt(5);
        if (drawn < 3) {
            ways.cut(Side.TARGET);
        } else if (drawn == 3) {
            ways.cut(Side.ORIGIN);
        }
    }

    private void writer(SimulatedNode node, Random own) throws Exception {
        int writes = 3 + own.nextInt(6);
        for (int number = 0; number < writes; number++) {
            rest(own, 300);
            Writing writing = new Writing(node, ledger, own, keys, values, true, null);
            ledger.knows(node.board.view());
            if (tolerance.allows(writing::run)) {
                ledger.acknowledged();
            } else {
                ledger.failed();
            }
        }
    }

    private void relay(SimulatedNode node, Random own) throws Exception {
        for (int round = 0; round < 8; round++) {
            if (own.nextBoolean()) {
                tolerance.allows(() -> node.board.refresh());
            }
            if (node.board.stage().write().followed()) {
                tolerance.allows(() -> node.relay.drainOnce(node.board.view().leader()));
            }
            rest(own, 400);
        }
    }

    private void settler(SimulatedNode node, Random own) throws Exception {
        for (int round = 0; round < 6; round++) {
            tolerance.allows(() -> node.board.refresh());
            rest(own, 600);
            // By a view that may be old by now.
            tolerance.allows(() -> node.handover.settle());
        }
    }

    private void coordinator(SimulatedNode node, Random own) throws Exception {
        for (int move = 0; move < 4; move++) {
            rest(own, 600);
            tolerance.allows(() -> node.board.refresh());
            if (node.board.stage() == Stage.DUAL_WRITE) {
                tolerance.allows(() -> node.backfill.run());
                tolerance.allows(() -> node.verifier.verify(VerifyPolicy.REPAIR));
            }
            Stage wish = own.nextInt(3) == 0 ? Stage.SHADOW : Stage.LIVE;
            tolerance.allows(() -> node.moveTo(wish));
        }
    }

    private void operator(SimulatedNode node, Random own) throws Exception {
        for (int round = 0; round < 8; round++) {
            rest(own, 500);
            if (own.nextInt(3) > 0) {
                tolerance.allows(() -> node.board.refresh());
            }
            tolerance.allows(() -> node.steps.force(Side.TARGET, "the simulation"));
            rest(own, 500);
            tolerance.allows(() -> reconcile(node, own, 1 + own.nextInt(3)));
            tolerance.allows(() -> readopt(node));
        }
    }

    /** Takes over, or drops, so many of the records that only the lost side has changed; whether there were any. */
    private boolean reconcile(SimulatedNode node, Random own, int most) throws SQLException, InterruptedException {
        node.board.refresh();
        node.handover.settle();
        Reconciliation reconciliation = node.reconciliation();
        List<RecordId> listed =
                reconciliation.list(most).stream().map(Unreconciled::record).toList();
        Set<Long> decided = new TreeSet<>();
        listed.forEach(record -> decided.add(Long.valueOf(record.key())));
        ledger.deciding(decided);
        try {
            for (RecordId record : listed) {
                if (own.nextBoolean()) {
                    reconciliation.take(Set.of(record));
                } else {
                    reconciliation.drop(Set.of(record));
                }
            }
        } finally {
            ledger.deciding(Set.of());
        }
        return !listed.isEmpty();
    }

    private static void readopt(SimulatedNode node) throws InterruptedException {
        node.board.refresh();
        node.steps.readopt(Side.TARGET);
    }

    /** The last node: decides about what is left on the list, and lets the copy catch up. */
    void setRight() {
        SimulatedNode node = node(new Wires(baton, servers));
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
            mustEnd(rounds++, "the rows are not settled, although nobody else changes them");
        } while (!isSettled(node));
        ControlRow target = node.board.refresh(Side.TARGET);
        if (target.role() == Role.CLOSED) {
            while (reconcile(node, random, 2)) {
                mustEnd(rounds++, "the list does not become empty");
            }
            readopt(node);
        }
        Side leader = node.board.refresh().leader();
        if (leader == Side.ORIGIN) {
            node.backfill.run();
        }
        while (!node.journals.of(leader).backlog().isEmpty()) {
            node.relay.runOnce();
            baton.pause(Duration.ofSeconds(1));
            mustEnd(rounds++, "the journal is not drained, although nobody writes");
        }
        if (!node.verifier.verify(VerifyPolicy.REPAIR).isClean()) {
            throw new AssertionError("the last verification found differences");
        }
    }

    /** Whether one side has the authority, and the other one follows it or was closed as lost. */
    private static boolean isSettled(SimulatedNode node) {
        Side authority = node.board.refresh().authority();
        if (authority == null) {
            return false;
        }
        ControlRow other = node.board.refresh(authority.other());
        return other.role() == Role.COPY || (other.role() == Role.CLOSED && other.remaining() == null);
    }

    private static void mustEnd(int rounds, String otherwise) {
        if (rounds > MOST_ROUNDS) {
            throw new AssertionError(otherwise);
        }
    }
}
