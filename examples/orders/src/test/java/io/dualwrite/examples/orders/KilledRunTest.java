package io.dualwrite.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
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
    private static final int STEPS = 14;
    private static final int LATEST_MILLIS = 700;

    @TempDir
    private Path directory;

    @Test
    void whatWasKilledIsContinuedAndNothingIsLost() throws Exception {
        long seed = new SplittableRandom().nextLong(1, 1_000_000);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> start = List.of(
                "--dir", directory.resolve("run").toString(), "--scale", "0.003", "--seed", Long.toString(seed));
        List<String> resume = List.of("--dir", directory.resolve("run").toString(), "--resume");
        for (int kill = 0; kill < KILLS; kill++) {
            Process job = job(kill == 0 ? start : resume);
            awaitStep(job, random.nextInt(1, STEPS + 1));
            // Until it ends or the moment has come, whichever is first.
            job.waitFor(random.nextInt(LATEST_MILLIS), TimeUnit.MILLISECONDS);
            job.destroyForcibly().waitFor();
        }

        Process job = job(resume);
        List<String> said = job.inputReader().lines().toList();

        assertThat(job.waitFor()).as("seed %d: %s", seed, said).isZero();
        assertThat(said)
                .last()
                .asString()
                .matches("RESULT acknowledged=\\d+ lost=0 stale=0 resurrected=0 failed_writes=0"
                        + " shadow_mismatches_confirmed=0 flips=3 max_write_wait_ms=\\d+");
    }

    /** Reads what the job says until it is at the step, or has ended without one. */
    private static void awaitStep(Process job, int step) throws IOException {
        BufferedReader said = job.inputReader();
        String line = said.readLine();
        while (line != null && !line.startsWith("[%2d/".formatted(step))) {
            line = said.readLine();
        }
    }

    private Process job(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--seconds-per-step",
                "0.4"));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
