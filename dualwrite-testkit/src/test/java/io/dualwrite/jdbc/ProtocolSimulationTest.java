package io.dualwrite.jdbc;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Many short lives of migrations, each under another seed: no acknowledged write is lost, no stale value stays, and there
 * are never two authorities. {@code -Ddualwrite.sim.schedules=100000} runs more of them, {@code -Ddualwrite.sim.seed=4711}
 * just that one, {@code -Ddualwrite.sim.start=CROWD} only lives that begin there.
 */
class ProtocolSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("dualwrite.sim.schedules", 1_000);

    @Test
    void noScheduleAndNoMishapMakesTheSidesDifferForGood() throws Exception {
        Long only = Long.getLong("dualwrite.sim.seed");
        String start = System.getProperty("dualwrite.sim.start");
        Variation right = new Variation() {
            @Override
            Scenario.Start start() {
                return start == null ? null : Scenario.Start.valueOf(start);
            }
        };
        List<String> failures = new ArrayList<>();
        long begun = System.nanoTime();
        int runs = 0;
        try (Scenario scenario = new Scenario()) {
            for (long seed = only == null ? 1 : only; runs < (only == null ? SCHEDULES : 1); seed++, runs++) {
                try {
                    scenario.run(seed, right);
                } catch (AssertionError e) {
                    failures.add(e.getMessage());
                    e.printStackTrace();
                    if (failures.size() == 3) {
                        break;
                    }
                }
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf(
                    "simulation: %d schedules, %d steps, %.0f schedules a second%n",
                    runs, scenario.steps(), runs / seconds);
        }
        org.assertj.core.api.Assertions.assertThat(failures).isEmpty();
    }
}
