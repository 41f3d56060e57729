package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Scenario.Stores;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A printed seed is worth something only if it leads to the same steps again, in another process too. */
class ReplayTest {
    private static final int SEEDS = 200;

    @Test
    void theSameSeedTakesTheSameStepsWhateverRanBefore() throws Exception {
        List<Long> upwards = fingerprints(1, SEEDS);
        try (Scenario scenario = new Scenario(Stores.SIMULATED, new Sightings())) {
            for (int seed = SEEDS; seed >= 1; seed--) {
                scenario.run(seed, new Variation());
                assertThat(scenario.fingerprint()).as("seed %d", seed).isEqualTo(upwards.get(seed - 1));
            }
        }
        assertThat(upwards).doesNotHaveDuplicates();
    }

    @Test
    void theSameSeedTakesTheSameStepsInAnotherProcess() throws Exception {
        Process other = new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ReplayTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).isZero();
        List<Long> theirs = printed.lines()
                .filter(line -> line.startsWith("fingerprint "))
                .map(line -> Long.valueOf(line.substring("fingerprint ".length())))
                .toList();
        assertThat(theirs).isEqualTo(fingerprints(1, SEEDS));
    }

    /** Prints the fingerprints of the first seeds. */
    public static void main(String[] args) throws Exception {
        fingerprints(1, SEEDS).forEach(each -> System.out.println("fingerprint " + each));
        System.exit(0);
    }

    private static List<Long> fingerprints(int from, int to) throws Exception {
        List<Long> found = new ArrayList<>();
        try (Scenario scenario = new Scenario(Stores.SIMULATED, new Sightings())) {
            for (int seed = from; seed <= to; seed++) {
                scenario.run(seed, new Variation());
                found.add(scenario.fingerprint());
            }
        }
        return found;
    }
}
