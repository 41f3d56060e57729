package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the page about the simulation to what the simulation does. */
class SimulationPageTest {
    private static final String ANY_NUMBER = "n";

    @Test
    void everyPlantedBugStandsOnThePageAndNoOtherDoes() throws IOException {
        List<String> told = Pattern.compile("(?m)^(\\| [^|]+ \\| \\w+ \\| )\\d+ \\|$")
                .matcher(page())
                .results()
                .map(row -> row.group(1) + ANY_NUMBER + " |")
                .toList();
        assertThat(told)
                .containsExactlyElementsOf(Mutants.all().stream()
                        .map(mutant -> MutantsTest.row(mutant, ANY_NUMBER))
                        .toList());
    }

    @Test
    void thereAreAsManySituationsAsThePageSays() throws IOException {
        assertThat(page()).contains("`Situation` lists " + Situation.values().length + " situations");
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "simulation.md"));
    }
}
