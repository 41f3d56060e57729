package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lives in which the target is lost with the authority: whatever it has accepted is handed on or stands on the list when it
 * comes back, whoever is killed, stands still or races on the way. {@code -Ddualwrite.sim.losses=100000} runs more of them,
 * {@code -Ddualwrite.sim.first=} begins at another seed, {@code -Ddualwrite.sim.seed=4711} runs just that one.
 */
@Tag("simulation")
class ForcedRollbackSimulationTest {
    private static final int LIVES = Integer.getInteger("dualwrite.sim.losses", 400);
    private static final long FIRST = Long.getLong("dualwrite.sim.first", 1);
    private static final int ENOUGH_FOR_EVERYTHING = 400;
    private static final int MOST_LIVES = 1_000;

    @Test
    void nothingThatALostSideHasAcceptedIsLostUnlisted() throws Exception {
        Long only = Long.getLong("dualwrite.sim.seed");
        if (only == null) {
            live(FIRST, LIVES);
        } else {
            live(only, 1);
        }
    }

    @Test
    @Tag("matrix")
    void norIsItInManyMoreLives() throws Exception {
        live(1_000_000, 20_000);
    }

    static List<Variation> mutants() {
        return Mutants.ofForcedRollback();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void theSimulationFindsOut(Variation mutant) throws Exception {
        try (LossScenario scenario = new LossScenario()) {
            for (int seed = 1; seed <= MOST_LIVES; seed++) {
                try {
                    scenario.run(seed, mutant);
                } catch (AssertionError found) {
                    assertThat(found.getMessage()).doesNotContain("does not know");
                    System.out.printf(
                            "mutant: %4d lives: %s%n",
                            seed, found.getMessage().lines().findFirst().orElse(""));
                    scenario.run(seed, new Variation());
                    return;
                }
            }
        }
        assertThat(mutant.name()).as("survived %d lives", MOST_LIVES).isNull();
    }

    private static void live(long first, int lives) throws Exception {
        Map<LossSituation, Integer> sightings = new EnumMap<>(LossSituation.class);
        List<LossSituation> never = new ArrayList<>(List.of(LossSituation.values()));
        try (LossScenario scenario = new LossScenario()) {
            for (long seed = first; seed < first + lives; seed++) {
                scenario.run(seed, new Variation()).forEach(each -> sightings.merge(each, 1, Integer::sum));
            }
            System.out.printf("forced rollback: %d lives from seed %d, %d steps%n", lives, first, scenario.steps());
        }
        sightings.forEach((each, count) -> System.out.printf("  %6d lives: %s%n", count, each.text()));
        never.removeAll(sightings.keySet());
        if (lives >= ENOUGH_FOR_EVERYTHING) {
            assertThat(never).as("situations that never came up").isEmpty();
        }
    }
}
