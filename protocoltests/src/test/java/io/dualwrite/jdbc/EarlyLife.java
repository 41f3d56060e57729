package io.dualwrite.jdbc;

import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.stage.ControlRow;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

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
    private final List<SimulatedNode> nodes = new ArrayList<>();
    /** What the record was by each of the writer's attempts, since the last that was acknowledged; null for not there. */
    private final List<@Nullable Long> possible = new ArrayList<>();

    private long value = 100;
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
            nodes.addAll(List.of(first, second));
            for (SimulatedNode node : nodes) {
                String name = node == first ? "first" : "second";
                // A drain does not ask who has leased what, so that both bring the same over now and then.
                baton.sturdyActor(
                        "relay " + name,
                        () -> repeat(node, each -> {
                            if (node == first) {
                                each.relay.runOnce();
                            } else {
                                each.relay.drainOnce(each.board.view().leader());
                            }
                        }));
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
            store(side).attach(baton, label -> {
                oneAuthorityAtMost();
                nobodyKnowsWhatWasLost();
            });
        }
    }

    /** A board never goes back: what it had of a row that a crash has taken back, it would have for good. */
    private void nobodyKnowsWhatWasLost() {
        for (SimulatedNode node : nodes) {
            for (Side side : Side.values()) {
                ControlRow known = node.board.view().of(side);
                long there = ((Number) controlRow(side).get("version")).longValue();
                if (known != null && known.version() > there) {
                    baton.fail(new AssertionError("a node knows version " + known.version() + " of the " + side
                            + "'s control row, which is at " + there));
                }
            }
        }
    }

    private void oneAuthorityAtMost() {
        if (role(Side.ORIGIN) == Role.AUTHORITY && role(Side.TARGET) == Role.AUTHORITY) {
            baton.fail(new AssertionError("two authorities"));
        }
    }

    private Role role(Side side) {
        return Role.valueOf(String.valueOf(controlRow(side).get("role")));
    }

    private Map<String, Object> controlRow(Side side) {
        return store(side).committed("dualwrite_control").get(0);
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
        possible.add(amount(Side.ORIGIN));
        rest(300);
        for (int write = 0; write < writes; write++) {
            Long next = !backfilling && random.nextInt(3) == 0 ? null : Long.valueOf(++value);
            possible.add(next);
            boolean done = tolerant(() -> node.transactions.write(transaction -> {
                transaction.changed(SimulatedNode.id(KEY));
                try (Connection connection = node.bound.of(transaction.side()).getConnection()) {
                    write(connection, SimulatedNode.table(transaction.side()), next);
                }
                return transaction.side();
            }));
            if (done) {
                possible.subList(0, possible.size() - 1).clear();
            }
            rest(60);
        }
    }

    private static void write(Connection connection, String table, @Nullable Long amount) throws SQLException {
        if (amount == null) {
            try (PreparedStatement statement = connection.prepareStatement("delete from " + table + " where id = ?")) {
                statement.setLong(1, KEY);
                statement.executeUpdate();
            }
            return;
        }
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
        for (int round = 0; round < 60; round++) {
            tolerant(() -> {
                node.board.refresh();
                deed.of(node);
            });
            rest(40);
        }
    }

    private void switchOver(SimulatedNode node) throws Exception {
        rest(200);
        tolerant(() -> node.moveTo(Stage.LIVE));
    }

    private void backfill(SimulatedNode node) throws Exception {
        for (int attempt = 0; attempt < 5 && !backfilled; attempt++) {
            backfilled = tolerant(node.backfill::run);
            rest(40);
        }
    }

    private void operator() throws InterruptedException {
        for (int crash = 0; crash < 6; crash++) {
            rest(400);
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
        if (!Objects.equals(origin, target) && (backfilled || !backfilling)) {
            throw new AssertionError(
                    "the origin has " + origin + ", the target " + target + ", and no intent tells it");
        }
        if (!possible.contains(origin)) {
            throw new AssertionError("there is " + origin + ", and what was acknowledged or may be is " + possible);
        }
    }

    private @Nullable Long amount(Side side) {
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
