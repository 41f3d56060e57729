package io.dualwrite.jdbc;

import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.jdbc.Scenario.Stores;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.Hazards;
import io.dualwrite.testkit.simulation.SimulatedServer;
import io.dualwrite.testkit.simulation.SimulatedStore;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Lives through one {@link Loss} after the other on the same two databases. Belongs to one thread. */
final class LossScenario implements AutoCloseable {
    private static final int MOST_STEPS = 50_000;

    private final Sides<SimulatedServer> servers = Sides.each(side -> Scenario.open(Stores.SIMULATED, side));
    private long steps;

    /** Steps taken in all runs so far. */
    long steps() {
        return steps;
    }

    @Override
    public void close() {
        servers.origin().close();
        servers.target().close();
    }

    /** Lives through one seed, and tells what came up; throws an AssertionError with the seed when something was violated. */
    Set<LossSituation> run(long seed, Variation variation) throws Exception {
        variation.begin();
        Random random = new Random(seed * 7919);
        Hazards hazards = random.nextInt(4) == 0 ? Hazards.NONE : Hazards.drawn(random);
        Baton baton = new Baton(seed, hazards, MOST_STEPS);
        LossLedger[] ledger = new LossLedger[1];
        attach(baton, ledger);
        Scenario.prepare(servers, Start.LIVE, random);
        ledger[0] = new LossLedger(baton, servers);
        AtomicLong values = new AtomicLong(100);
        try {
            new Loss(servers, baton, ledger[0], variation, random, values).populate();
            baton.run();
            steps += baton.steps();
            Baton end = new Baton(seed, Hazards.NONE, MOST_STEPS);
            end.advance(Duration.between(end.now(), baton.now()));
            baton = end;
            attach(end, ledger);
            ledger[0].goesOnWith(end);
            new Loss(servers, end, ledger[0], variation, random, values).setRight();
            steps += end.steps();
            ledger[0].atRest();
        } catch (AssertionError | RuntimeException violated) {
            throw new AssertionError(told(seed, variation, hazards, violated, baton), violated);
        }
        return ledger[0].situations();
    }

    private void attach(Baton baton, LossLedger[] ledger) {
        for (Side side : Side.values()) {
            SimulatedStore store = (SimulatedStore) servers.of(side);
            store.attach(baton, label -> {
                if (ledger[0] != null) {
                    ledger[0].committed(side, label);
                }
            });
            store.clockAhead(Duration.ZERO);
            store.onNoticed(what -> {});
        }
    }

    private static String told(long seed, Variation variation, Hazards hazards, Throwable violated, Baton baton) {
        return "Seed " + seed + ", variation '" + variation + "': " + violated.getMessage()
                + "\nreplay with: mvn -pl protocoltests -am test -Dtest=ForcedRollbackSimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Ddualwrite.sim.seed=" + seed + "\n" + hazards + "\n"
                + baton.trace();
    }
}
