package io.dualwrite.crash;

import io.dualwrite.crash.NodeProcess.FailedException;
import io.dualwrite.crash.Servers.Engine;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.fault.TcpProxy;
import io.dualwrite.testkit.fault.TcpProxy.Commit;
import io.dualwrite.testkit.history.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Traffic of four processes, flips and rollbacks, and whatever else may go wrong, one fault after the other and sometimes
 * several at once, for as long as one likes. Arguments: minutes, seed, origin's engine, target's engine. Ends with a report,
 * and with status 1 if anything was lost. What is drawn depends on the seed alone; what comes of it, on the machine too.
 */
public final class Soak {
    private static final String[] SETTINGS = {"keys=48", "writers=3", "readers=1", "think=6000"};
    private static final int NODES = 4;
    private static final long SECONDS_BETWEEN_CHECKS = 90;
    private static final int PATIENCE_SECONDS = 120;

    private final Random random;
    private final Cluster cluster;
    private final Sides<TcpProxy> networks;
    private final List<NodeProcess> nodes;
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Map<String, Long> failures = new TreeMap<>();
    private int refused;
    private int checks;

    private Soak(long seed, Sides<Server> servers) throws Exception {
        this.random = new Random(seed);
        this.networks = Sides.each(side -> network(servers.of(side)));
        this.cluster = new Cluster(servers, Servers.home())
                .by(Sides.each(side -> networks.of(side).port()))
                .create(48);
        this.nodes = new ArrayList<>(cluster.nodes(NODES, SETTINGS));
    }

    /** See the class. */
    public static void main(String[] args) throws Exception {
        double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 30;
        long seed = args.length > 1 && !args[1].isEmpty() ? Long.parseLong(args[1]) : System.nanoTime() % 1_000_000;
        Engine origin = args.length > 2 ? Engine.valueOf(args[2]) : Engine.POSTGRES;
        Engine target = args.length > 3 ? Engine.valueOf(args[3]) : Engine.POSTGRES;
        System.out.println(
                "soak of " + minutes + " minutes, seed " + seed + ", from " + origin + " to " + target + " begins");
        Soak soak = new Soak(seed, Servers.pair(origin, target));
        boolean sound = soak.run(minutes);
        System.exit(sound ? 0 : 1);
    }

    private static TcpProxy network(Server server) {
        try {
            return TcpProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private boolean run(double minutes) throws Exception {
        long begun = System.nanoTime();
        long until = begun + (long) (minutes * 60e9);
        Lap.toShadow(nodes.get(0));
        long nextCheck = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN_CHECKS);
        Cluster.Report report = check();
        while (System.nanoTime() < until && report.violations().isEmpty()) {
            one();
            if (System.nanoTime() > nextCheck) {
                report = check();
                nextCheck = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN_CHECKS);
            }
        }
        report = report.violations().isEmpty() ? check() : report;
        print(report, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
        cluster.close();
        return report.violations().isEmpty();
    }

    private void print(Cluster.Report report, long seconds) throws SQLException {
        nodes.stream().filter(NodeProcess::isAlive).forEach(this::collect);
        System.out.println("SOAK seconds=" + seconds + " processes=" + (NODES + faults.getOrDefault("node killed", 0)));
        System.out.println("SOAK faults " + faults + " total="
                + faults.values().stream().mapToInt(n -> n).sum());
        System.out.println("SOAK handovers=" + handovers() + " steps_refused=" + refused + " checks_at_rest=" + checks);
        System.out.println("SOAK failures told to clients of the processes that lived to the end " + failures);
        System.out.println("SOAK " + report);
        Map<Violation.Kind, Integer> kinds = new TreeMap<>();
        report.violations().forEach(each -> kinds.merge(each.kind(), 1, Integer::sum));
        report.violations().stream().limit(20).forEach(each -> System.out.println("SOAK " + each));
        System.out.println("SOAK losses=" + report.violations().size() + " " + kinds);
    }

    private long handovers() throws SQLException {
        return cluster.servers
                .of(cluster.authority())
                .query(cluster.schema, "select max(handover) from dualwrite_control", row -> row.getLong(1))
                .get(0);
    }

    private void one() throws Exception {
        int draw = random.nextInt(100);
        Side side = random.nextBoolean() ? Side.ORIGIN : Side.TARGET;
        if (draw < 34) {
            move();
        } else if (draw < 44) {
            replace(random.nextInt(NODES));
        } else if (draw < 56) {
            sleep(nodes.get(random.nextInt(NODES)));
        } else if (draw < 60) {
            restart(side);
        } else if (draw < 68) {
            fault("connections cut at " + side);
            networks.of(side).cut();
        } else if (draw < 73) {
            fault("network hung at " + side);
            networks.of(side).hang(true);
            rest(200, 3_000);
            networks.of(side).hang(false);
        } else if (draw < 78) {
            fault("network slow at " + side);
            networks.of(side).delay(Duration.ofMillis(1 + random.nextInt(10)));
            move();
            networks.of(side).heal();
        } else if (draw < 88) {
            Commit fate = Commit.values()[random.nextInt(2)];
            fault("answer to a commit lost at " + side + ", " + fate);
            networks.of(side).loseCommit(1 + random.nextInt(40), fate);
            move();
        } else if (draw < 93) {
            lock(side);
        } else if (draw < 98) {
            rivals();
        } else {
            again();
        }
        rest(50, 700);
    }

    private void fault(String what) {
        faults.merge(what, 1, Integer::sum);
    }

    private void rest(int least, int most) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(least + random.nextInt(most - least)));
    }

    private NodeProcess any() {
        return nodes.get(random.nextInt(NODES));
    }

    /** A flip or a rollback, wished by one node; it may be refused. */
    private void move() {
        settled(any().begin(random.nextBoolean() ? "move LIVE" : "move SHADOW"));
    }

    private void settled(CompletableFuture<String> order) {
        try {
            NodeProcess.get(order, PATIENCE_SECONDS);
        } catch (FailedException because) {
            refused++;
        }
    }

    /** Two processes wish the opposite at the same time. */
    private void rivals() {
        fault("rival coordinators");
        CompletableFuture<String> one = nodes.get(0).begin("move LIVE");
        CompletableFuture<String> other = nodes.get(1).begin("move SHADOW");
        settled(one);
        settled(other);
    }

    /** Back to OFF and forward again. */
    private void again() throws Exception {
        fault("new generation");
        NodeProcess by = any();
        for (String step : Lap.STEPS) {
            settled(by.begin(step));
        }
        toShadow();
    }

    private void replace(int number) throws Exception {
        fault("node killed");
        NodeProcess next = cluster.spare(SETTINGS);
        // Often in the middle of a flip of its own.
        NodeProcess victim = nodes.get(number);
        CompletableFuture<String> order = victim.begin(random.nextBoolean() ? "move LIVE" : "move SHADOW");
        rest(0, 150);
        victim.kill();
        settled(order);
        open(next);
        nodes.set(number, next);
    }

    private void open(NodeProcess node) throws SQLException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                cluster.open(node).call("traffic");
                return;
            } catch (FailedException unreachable) {
                if (System.nanoTime() > until) {
                    throw unreachable;
                }
            }
        }
    }

    /** Stopped in whatever it is doing, while another goes on; resumed late. */
    private void sleep(NodeProcess sleeper) throws Exception {
        fault("node stopped and resumed");
        CompletableFuture<String> order = sleeper.begin(random.nextBoolean() ? "move LIVE" : "move SHADOW");
        rest(0, 150);
        sleeper.stop();
        if (random.nextBoolean()) {
            rest(10, 500);
            cluster.dismiss(sleeper);
            fault("sessions of a stopped node ended");
        }
        NodeProcess awake = nodes.get((nodes.indexOf(sleeper) + 1) % NODES);
        settled(awake.begin(random.nextBoolean() ? "move LIVE" : "move SHADOW"));
        sleeper.goOn();
        settled(order);
    }

    private void restart(Side side) throws Exception {
        Server server = cluster.servers.of(side);
        CompletableFuture<String> order = any().begin(random.nextBoolean() ? "move LIVE" : "move SHADOW");
        rest(0, 300);
        if (random.nextBoolean()) {
            fault("server killed at " + side);
            server.kill();
        } else {
            fault("server stopped immediately at " + side);
            server.stopImmediately();
        }
        rest(0, 1_500);
        server.start();
        settled(order);
    }

    /** Somebody else's session locks records, so that others run into their lock time-outs. */
    private void lock(Side side) throws SQLException {
        fault("records locked by another session at " + side);
        try (Connection connection = cluster.servers.of(side).connect(cluster.schema);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select " + Item.key(side) + " from " + Item.table(side) + " where " + Item.key(side)
                    + " < 12 for update");
            rest(100, 2_500);
            connection.rollback();
        } catch (SQLTransactionRollbackException victim) {
            // A deadlock with the traffic: this session has lost its locks, which is all it is there for.
            faults.merge("the other session was a deadlock's victim", 1, Integer::sum);
        }
    }

    private void toShadow() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                Lap.toShadow(any());
                return;
            } catch (FailedException again) {
                if (System.nanoTime() > until) {
                    throw again;
                }
            }
        }
    }

    private Cluster.Report check() throws Exception {
        for (Side side : Side.values()) {
            networks.of(side).heal();
        }
        toShadow();
        checks++;
        Cluster.Report report = cluster.rest(any(), nodes);
        System.out.println("at rest: " + report + " faults="
                + faults.values().stream().mapToInt(n -> n).sum() + " handovers=" + handovers());
        return report;
    }

    private void collect(NodeProcess node) {
        node.counts().forEach((what, count) -> {
            if (what.contains("failed")) {
                failures.merge(what, count, Long::sum);
            }
        });
    }
}
