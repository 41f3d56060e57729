package io.dualwrite.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job is killed at a random moment, as by {@code kill -9}, and started again. */
class KilledRunTest {
    private static final int KILLS = 2;
    private static final int EARLIEST_MILLIS = 2_000;
    private static final int LATEST_MILLIS = 12_000;

    @TempDir
    private Path directory;

    @Test
    void whatWasKilledIsContinuedAndNothingIsLost() throws Exception {
        long seed = new SplittableRandom().nextLong(1, 1_000_000);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> start = List.of(
                "--dir", directory.resolve("run").toString(), "--scale", "0.005", "--seed", Long.toString(seed));
        List<String> resume = List.of("--dir", directory.resolve("run").toString(), "--resume");
        for (int kill = 0; kill < KILLS; kill++) {
            Process job = job(kill == 0 ? start : resume);
            job.waitFor(random.nextInt(EARLIEST_MILLIS, LATEST_MILLIS), TimeUnit.MILLISECONDS);
            job.destroyForcibly().waitFor();
        }

        int exitCode = job(resume).waitFor();

        String said = Files.readString(directory.resolve("said.txt"));
        assertThat(exitCode).as("seed %d: %s", seed, said).isZero();
        assertThat(said.lines().toList())
                .last()
                .asString()
                .matches(
                        "RESULT acknowledged=\\d+ lost=0 stale=0"
                                + " resurrected=0 failed_writes=0 shadow_mismatches_confirmed=0 flips=3 max_write_wait_ms=\\d+");
    }

    private Process job(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--seconds-per-step",
                "0.6"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("said.txt").toFile()))
                .start();
    }
}
