package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.jdbc.Scenario.Stores;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many short lives of migrations, each under another seed: no acknowledged write is lost, no stale value stays, there are
 * never two authorities, and everything that should be survived did come up. {@code -Ddualwrite.sim.schedules=1000000} runs
 * more of them, {@code -Ddualwrite.sim.first=} begins at another seed, {@code -Ddualwrite.sim.seed=4711} runs just that one,
 * {@code -Ddualwrite.sim.start=CROWD} only lives that begin there.
 */
@Tag("simulation")
class ProtocolSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("dualwrite.sim.schedules", 12_000);
    private static final long FIRST = Long.getLong("dualwrite.sim.first", 1);
    private static final int WORLDS = Integer.getInteger("dualwrite.sim.worlds", 2);
    private static final int MOST_FAILURES = 3;
    private static final int ENOUGH_FOR_EVERYTHING = 10_000;

    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong steps = new AtomicLong();
    private final Sightings sightings = new Sightings();

    @Test
    void noScheduleAndNoMishapMakesTheSidesDifferForGood() throws Exception {
        Long only = Long.getLong("dualwrite.sim.seed");
        if (only == null) {
            live(FIRST, SCHEDULES);
        } else {
            try (Scenario scenario = new Scenario(stores(), sightings)) {
                attempt(scenario, only);
            }
        }
        assertThat(failures).isEmpty();
        if (only == null && start() == null && SCHEDULES >= ENOUGH_FOR_EVERYTHING) {
            assertThat(sightings.neverSeen())
                    .as("situations that never came up")
                    .isEmpty();
        }
    }

    @Test
    @Tag("matrix")
    void norDoManyMoreOfThem() throws Exception {
        live(1_000_000, 100_000);
        assertThat(failures).isEmpty();
    }

    private void live(long first, int schedules) throws InterruptedException {
        long begun = System.nanoTime();
        next.set(first);
        List<Thread> worlds = new ArrayList<>();
        for (int number = 1; number <= WORLDS; number++) {
            Thread world = new Thread(() -> world(first + schedules), "world-" + number);
            world.start();
            worlds.add(world);
        }
        for (Thread world : worlds) {
            world.join();
        }
        System.out.printf(
                "simulation: %d schedules from seed %d, %d steps, %.0f schedules a second%n%s",
                schedules, first, steps.get(), schedules / ((System.nanoTime() - begun) / 1e9), sightings);
    }

    private void world(long end) {
        try (Scenario scenario = new Scenario(stores(), sightings)) {
            for (long seed = next.getAndIncrement();
                    seed < end && failures.size() < MOST_FAILURES;
                    seed = next.getAndIncrement()) {
                attempt(scenario, seed);
            }
            steps.addAndGet(scenario.steps());
        } catch (Exception | Error e) {
            failures.add(e.toString());
        }
    }

    private void attempt(Scenario scenario, long seed) throws Exception {
        Variation right = new Variation() {
            @Override
            Start start() {
                return ProtocolSimulationTest.start();
            }
        };
        try {
            scenario.run(seed, right);
        } catch (AssertionError e) {
            failures.add(e.getMessage());
            e.printStackTrace();
        }
    }

    private static Start start() {
        String start = System.getProperty("dualwrite.sim.start");
        return start == null ? null : Start.valueOf(start);
    }

    private static Stores stores() {
        return Stores.valueOf(System.getProperty("dualwrite.sim.stores", Stores.SIMULATED.name()));
    }
}
