package io.dualwrite.jdbc;

import io.dualwrite.jdbc.Scenario.Stores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Lives over real H2 databases, so that the simulated engine's idea of locks and snapshots is not the only word, and the
 * fence that H2 has instead of shared locks is tried as well. Ten times slower, so fewer of them.
 */
class H2SimulationTest {
    @Test
    void aFewLivesOverARealDatabase() throws Exception {
        live(1, 40);
    }

    @Test
    @Tag("matrix")
    void manyLivesOverARealDatabase() throws Exception {
        live(1_000, 500);
    }

    private static void live(long first, int schedules) throws Exception {
        try (Scenario scenario = new Scenario(Stores.H2, new Sightings())) {
            for (long seed = first; seed < first + schedules; seed++) {
                scenario.run(seed, new Variation());
            }
        }
    }
}
