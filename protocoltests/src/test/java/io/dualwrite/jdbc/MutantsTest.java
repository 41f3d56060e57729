package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.jdbc.Scenario.Stores;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every known way to get the protocol wrong is found out by the simulation within a bounded number of schedules, each of
 * which the right protocol survives.
 */
class MutantsTest {
    private static final int MOST_SCHEDULES = 10_000;
    private static Scenario scenario;

    @BeforeAll
    static void open() {
        scenario = new Scenario(Stores.SIMULATED, new Sightings());
    }

    @AfterAll
    static void close() {
        scenario.close();
    }

    static List<Variation> mutants() {
        return Mutants.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void theSimulationFindsOut(Variation mutant) throws Exception {
        for (int seed = 1; seed <= MOST_SCHEDULES; seed++) {
            try {
                scenario.run(seed, mutant);
            } catch (AssertionError found) {
                String first =
                        String.valueOf(found.getMessage()).lines().findFirst().orElse("");
                assertThat(found.getMessage())
                        .as("a mistake of the simulation's own")
                        .doesNotContain("does not know");
                System.out.printf("mutant: %4d schedules: %s%n", seed, first);
                survives(seed, mutant);
                return;
            }
        }
        assertThat(mutant.name()).as("survived %d schedules", MOST_SCHEDULES).isNull();
    }

    private static void survives(int seed, Variation mutant) throws Exception {
        Variation right = new Variation() {
            @Override
            Start start() {
                return mutant.start();
            }
        };
        scenario.run(seed, right);
    }
}
