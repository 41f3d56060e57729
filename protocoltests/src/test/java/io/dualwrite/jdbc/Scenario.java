package io.dualwrite.jdbc;

import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.Hazards;
import io.dualwrite.testkit.simulation.SimulatedDatabase;
import io.dualwrite.testkit.simulation.SimulatedServer;
import io.dualwrite.testkit.simulation.SimulatedStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Lives through one {@link Life} after the other on the same two databases: prepares them, lets everybody loose, lets a last
 * node set everything right, and then asks whether both sides are the same. Belongs to one thread.
 */
final class Scenario implements AutoCloseable {
    static final int MOST_KEYS = 3;
    private static final int MOST_STEPS = 50_000;

    /** What the databases are. */
    enum Stores {
        /** Simulated too: PostgreSQL's locks and snapshots, with crashes and clocks of their own. */
        SIMULATED,
        /** H2, really. */
        H2;

        SimulatedServer open(Side side) {
            String name = side.name().toLowerCase(Locale.ROOT);
            return this == H2 ? new SimulatedDatabase(name) : new SimulatedStore(name);
        }
    }

    /** Where a life begins. */
    enum Start {
        /** Nothing done yet; the origin has records, the target perhaps leftovers. */
        OFF(Stage.OFF),
        /** The copy follows; nothing was backfilled. */
        DUAL_WRITE(Stage.DUAL_WRITE),
        /** All is the same, ready to be flipped. */
        SHADOW(Stage.SHADOW),
        /** As DUAL_WRITE, and everybody is after one or two keys, nobody rests, and some stand still in the middle. */
        CROWD(Stage.DUAL_WRITE),
        /** The target has the authority, and all is the same. */
        LIVE(Stage.LIVE);

        private final Stage stage;

        Start(Stage stage) {
            this.stage = stage;
        }

        Stage stage() {
            return stage;
        }

        /** Whether both sides are known to be the same. */
        boolean isWhole() {
            return this == SHADOW || this == LIVE;
        }
    }

    private final Stores stores;
    final Sides<SimulatedServer> servers;
    private final Sightings sightings;
    private long steps;
    private long fingerprint;

    Scenario(Stores stores, Sightings sightings) {
        this.stores = stores;
        this.sightings = sightings;
        this.servers = Sides.each(side -> open(stores, side));
    }

    /** A database with the tables of that side. */
    static SimulatedServer open(Stores stores, Side side) {
        SimulatedServer server = stores.open(side);
        server.execute(
                "create table " + SimulatedNode.table(side) + " (id bigint primary key, amount bigint not null)");
        server.attach(new Baton(0, Hazards.NONE, 0), label -> {});
        try {
            Schema.of(SimulatedNode.MIGRATION, side, server.dataSource("", sql -> sql))
                    .apply();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return server;
    }

    /** Steps taken in all runs so far. */
    long steps() {
        return steps;
    }

    /** What tells the last run's steps from those of any other. */
    long fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        servers.origin().close();
        servers.target().close();
    }

    /** Lives through one seed; throws an AssertionError that tells it when something was violated. */
    void run(long seed, Variation variation) throws Exception {
        Start drawn = Start.values()[new Random(seed * 7919).nextInt(Start.values().length)];
        Start wanted = variation.start();
        run(seed, variation, wanted == null ? drawn : wanted);
    }

    /** As {@link #run(long, Variation)}, beginning there. */
    void run(long seed, Variation variation, Start start) throws Exception {
        variation.begin();
        Random random = new Random(seed * 7919 + start.ordinal());
        // A source of its own, so that lives without sweeps are what they were.
        Random sweeps = new Random(seed * 104_729 + start.ordinal());
        Hazards hazards = start == Start.CROWD
                ? new Hazards(0, 40, 0, 0, 0, 1 + random.nextInt(8))
                : random.nextInt(4) == 0 ? Hazards.NONE : Hazards.drawn(random);
        Baton baton = new Baton(seed, hazards, MOST_STEPS);
        Oracle[] oracle = new Oracle[1];
        attach(baton, oracle);
        prepare(servers, start, random);
        oracle[0] = new Oracle(baton, servers, variation.leavesIntentsAtOnce());
        try {
            Life life = new Life(stores, servers, baton, oracle[0], variation, start, random, sweeps);
            life.populate();
            baton.run();
            steps += baton.steps();
            fingerprint = baton.fingerprint();
            Baton end = new Baton(seed, Hazards.NONE, MOST_STEPS);
            end.advance(Duration.between(end.now(), baton.now()));
            baton = end;
            attach(end, oracle);
            oracle[0].goesOnWith(end);
            new Life(stores, servers, end, oracle[0], variation, start, random, sweeps).setRight();
            steps += end.steps();
            fingerprint = 31 * fingerprint + end.fingerprint();
            oracle[0].atRest();
        } catch (AssertionError | RuntimeException violated) {
            throw new AssertionError(told(seed, variation, start, hazards, violated, baton), violated);
        }
        sightings.add(oracle[0].situations());
    }

    private void attach(Baton baton, Oracle[] oracle) {
        for (Side side : Side.values()) {
            servers.of(side).attach(baton, label -> {
                if (oracle[0] != null) {
                    oracle[0].committed(side, label);
                }
            });
            if (servers.of(side) instanceof SimulatedStore store) {
                store.clockAhead(Duration.ZERO);
            }
        }
    }

    private String told(long seed, Variation variation, Start start, Hazards hazards, Throwable violated, Baton baton) {
        return "Seed " + seed + ", start " + start + ", stores " + stores + ", variation '" + variation + "': "
                + violated.getMessage() + "\nreplay with: mvn -pl protocoltests -am test"
                + " -Dtest=ProtocolSimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Ddualwrite.sim.seed=" + seed
                + " -Ddualwrite.sim.start=" + start + " -Ddualwrite.sim.stores=" + stores + "\n" + hazards + "\n"
                + baton.trace();
    }

    /** Makes both databases what they are where a life begins. */
    static void prepare(Sides<SimulatedServer> servers, Start start, Random random) {
        boolean live = start == Start.LIVE;
        for (Side side : Side.values()) {
            SimulatedServer server = servers.of(side);
            for (String table : List.of(
                    "dualwrite_journal",
                    "dualwrite_recheck",
                    "dualwrite_checkpoint",
                    "dualwrite_server",
                    SimulatedNode.table(side))) {
                server.execute("delete from " + table);
            }
            boolean leads = (side == Side.TARGET) == live;
            boolean begun = start != Start.OFF;
            Stage stage = leads ? start.stage() : live ? Stage.SHADOW : Stage.OFF;
            server.execute("update dualwrite_control set role = '" + (leads ? Role.AUTHORITY : Role.COPY)
                    + "', stage = '"
                    + stage + "', handover = " + (live ? 1 : 0) + ", version = 0, journalled = " + (leads && begun)
                    + ", generation = " + (begun ? 1 : 0) + ", deadline = null");
        }
        for (long key = 1; key <= MOST_KEYS; key++) {
            boolean there = random.nextBoolean();
            if (there) {
                servers.origin().execute("insert into item (id, amount) values (" + key + ", " + key + ")");
            }
            if (start.isWhole() ? there : random.nextInt(4) == 0) {
                long leftover = start.isWhole() ? key : -key;
                servers.target().execute("insert into item_v2 (id, amount) values (" + key + ", " + leftover + ")");
            }
        }
        if (start.isWhole()) {
            for (String job : List.of("backfill", "clean-pass")) {
                servers.target()
                        .execute("insert into dualwrite_checkpoint (migration, side, job, record_type, generation,"
                                + " last_key, rows_done, done) values ('" + SimulatedNode.MIGRATION + "', 'TARGET', '"
                                + job + "', 'item', 1, null, 0, true)");
            }
        }
    }
}
