package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.jdbc.Scenario.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    /** The rows of the table that {@code docs/simulation.md} ends with, as they would be today. */
    private static final Path TABLE = Path.of("target", "planted-bugs.md");

    private static final List<String> ROWS = new ArrayList<>();
    private static Scenario scenario;

    @BeforeAll
    static void open() {
        scenario = new Scenario(Stores.SIMULATED, new Sightings());
    }

    @AfterAll
    static void close() throws IOException {
        scenario.close();
        Files.write(TABLE, ROWS);
    }

    /** A row of that table; {@code schedules} is how many it took. */
    static String row(Variation mutant, String schedules) {
        String start = mutant.start() == null ? "anywhere" : mutant.start().name();
        return "| " + mutant.name() + " | " + start + " | " + schedules + " |";
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
                ROWS.add(row(mutant, Integer.toString(seed)));
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
