package io.dualwrite.jdbc;

import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.Hazards;
import io.dualwrite.testkit.simulation.SimulatedStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One run of a small application on servers that show what was committed before it is in their logs, and crash: one record,
 * one writer, two nodes that relay; they switch in every other life, and are backfilled in the rest, where the record may come over
 * without an intent. One use.
 */
final class EarlyLife {
    private static final int MOST_STEPS = 60_000;
    private static final int MOST_ROUNDS = 100;
    private static final long KEY = 1;

    private final Scenario scenario;
    private final long seed;
    private final Variation variation;
    private final Random random;
    private Baton baton;
    private long value = 100;
    private long acknowledged;
    private final boolean backfilling;
    private boolean backfilled;

    EarlyLife(Scenario scenario, long seed, Variation variation) {
        this.scenario = scenario;
        this.seed = seed;
        this.variation = variation;
        this.random = new Random(seed * 7919);
        this.backfilling = seed % 2 == 1;
        this.baton = new Baton(seed, Hazards.NONE, MOST_STEPS);
    }

    /** Throws an AssertionError that tells what a crash has left. */
    void run() {
        try {
            early(false);
            attach();
            Scenario.prepare(scenario.servers, backfilling ? Start.DUAL_WRITE : Start.SHADOW, random);
            early(true);
            SimulatedNode first = node();
            SimulatedNode second = node();
            baton.sturdyActor("writer", () -> writer(first));
            for (SimulatedNode node : List.of(first, second)) {
                String name = node == first ? "first" : "second";
                baton.sturdyActor("relay " + name, () -> repeat(node, each -> each.relay.runOnce()));
                baton.sturdyActor("settler " + name, () -> repeat(node, each -> each.handover.settle()));
            }
            if (backfilling) {
                baton.sturdyActor("backfill", () -> backfill(first));
            } else {
                baton.sturdyActor("coordinator", () -> switchOver(first));
            }
            baton.sturdyActor("operator", this::operator);
            baton.run();
            Baton end = new Baton(seed, Hazards.NONE, MOST_STEPS);
            end.advance(Duration.between(end.now(), baton.now()));
            baton = end;
            attach();
            SimulatedNode last = node();
            baton.sturdyActor("closer", () -> setRight(last));
            baton.run();
            check();
        } catch (AssertionError | RuntimeException violated) {
            throw new AssertionError(
                    "Seed " + seed + ", variation '" + variation + "': " + violated.getMessage() + "\n" + baton.trace(),
                    violated);
        }
    }

    private void early(boolean isEarly) {
        for (Side side : Side.values()) {
            store(side).early(isEarly);
        }
    }

    private SimulatedStore store(Side side) {
        return (SimulatedStore) scenario.servers.of(side);
    }

    private void attach() {
        for (Side side : Side.values()) {
            store(side).attach(baton, label -> oneAuthorityAtMost());
        }
    }

    private void oneAuthorityAtMost() {
        if (role(Side.ORIGIN) == Role.AUTHORITY && role(Side.TARGET) == Role.AUTHORITY) {
            baton.fail(new AssertionError("two authorities"));
        }
    }

    private Role role(Side side) {
        Map<String, Object> row = store(side).committed("dualwrite_control").get(0);
        return Role.valueOf(String.valueOf(row.get("role")));
    }

    private SimulatedNode node() {
        Oracle unheard = new Oracle(baton, scenario.servers, true);
        return new SimulatedNode(
                baton,
                Duration.ZERO,
                Sides.each(side -> scenario.servers.of(side)::dataSource),
                variation,
                unheard,
                event -> {},
                Connection.TRANSACTION_READ_COMMITTED);
    }

    private void writer(SimulatedNode node) throws Exception {
        int writes = backfilling ? 1 : 6;
        rest(300);
        for (int write = 0; write < writes; write++) {
            long next = ++value;
            boolean done = tolerant(() -> node.transactions.write(transaction -> {
                transaction.changed(SimulatedNode.id(KEY));
                try (Connection connection = node.bound.of(transaction.side()).getConnection()) {
                    write(connection, SimulatedNode.table(transaction.side()), next);
                }
                return transaction.side();
            }));
            acknowledged = done ? next : acknowledged;
            rest(60);
        }
    }

    private static void write(Connection connection, String table, long amount) throws SQLException {
        for (String sql : List.of(
                "update " + table + " set amount = ? where id = ?",
                "insert into " + table + " (amount, id) values (?, ?)")) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setLong(1, amount);
                statement.setLong(2, KEY);
                if (statement.executeUpdate() == 1) {
                    return;
                }
            }
        }
    }

    private interface Deed {
        void of(SimulatedNode node) throws Exception;
    }

    private void repeat(SimulatedNode node, Deed deed) throws Exception {
        for (int round = 0; round < 20; round++) {
            tolerant(() -> {
                node.board.refresh();
                deed.of(node);
            });
            rest(20);
        }
    }

    private void switchOver(SimulatedNode node) throws Exception {
        rest(200);
        tolerant(() -> node.moveTo(Stage.LIVE));
    }

    private void backfill(SimulatedNode node) throws Exception {
        for (int attempt = 0; attempt < 5 && !backfilled; attempt++) {
            backfilled = tolerant(node.backfill::run);
            rest(20);
        }
    }

    private void operator() throws InterruptedException {
        for (int crash = 0; crash < 3; crash++) {
            rest(150);
            SimulatedStore store = store(Side.values()[random.nextInt(2)]);
            baton.remark(store.name() + " crashes");
            store.crash();
        }
    }

    private void rest(int mostMillis) throws InterruptedException {
        baton.pause(Duration.ofMillis(random.nextInt(mostMillis)));
    }

    private void setRight(SimulatedNode node) throws Exception {
        baton.pause(Duration.ofMinutes(2));
        int rounds = 0;
        do {
            node.board.refresh();
            node.handover.settle();
            baton.pause(Duration.ofSeconds(1));
            if (rounds++ > MOST_ROUNDS) {
                throw new AssertionError("nobody has the authority, and settling does not change that");
            }
        } while (node.board.refresh().authority() == null);
        while (node.relay.runOnce() > 0) {
            baton.pause(Duration.ofSeconds(1));
        }
    }

    /**
     * A crash after the drain may bring intents back whose removal was not in the log; the copy has what they stand for, and once
     * the side has been left they are in nobody's way.
     */
    private void check() {
        Side authority = role(Side.ORIGIN) == Role.AUTHORITY ? Side.ORIGIN : Side.TARGET;
        if (!store(authority).committed("dualwrite_journal").isEmpty()) {
            throw new AssertionError("the journal of the " + authority + " is not empty");
        }
        Long origin = amount(Side.ORIGIN);
        Long target = amount(Side.TARGET);
        boolean same = origin == null ? target == null : origin.equals(target);
        if (!same && (backfilled || !backfilling)) {
            throw new AssertionError(
                    "the origin has " + origin + ", the target " + target + ", and no intent tells it");
        }
        if (acknowledged > 0 && (origin == null || origin < acknowledged)) {
            throw new AssertionError("there is " + origin + ", and " + acknowledged + " was acknowledged");
        }
    }

    private Long amount(Side side) {
        return store(side).committed(SimulatedNode.table(side)).stream()
                .filter(row -> ((Number) row.get("id")).longValue() == KEY)
                .map(row -> ((Number) row.get("amount")).longValue())
                .findFirst()
                .orElse(null);
    }

    private boolean tolerant(Tolerance.Deed deed) throws Exception {
        return new Tolerance(baton, why -> {}).allows(deed);
    }
}
