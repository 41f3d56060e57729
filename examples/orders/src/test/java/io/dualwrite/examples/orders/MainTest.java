package io.dualwrite.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MainTest {
    private static final String[] SMALL = {"--scale=0.003", "--seconds-per-step=0.7", "--writes-per-second=240"};

    @Test
    void theNaiveWayLosesWritesAndSaysSo() {
        Outcome outcome = run("--naive");

        assertThat(outcome.exitCode).as(outcome.text).isEqualTo(1);
        assertThat(outcome.value("acknowledged")).isPositive();
        assertThat(outcome.value("lost") + outcome.value("resurrected"))
                .as(outcome.text)
                .isPositive();
        assertThat(outcome.value("stale")).isPositive();
    }

    @Test
    void aMigrationUnderTrafficLosesNothing() {
        Outcome outcome = run();

        assertThat(outcome.exitCode).as(outcome.text).isZero();
        assertThat(outcome.value("acknowledged")).isPositive();
        assertThat(outcome.value("flips")).isEqualTo(3);
        assertThat(outcome.value("shadow_mismatches_confirmed")).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("dualwrite-") || name.startsWith("shop-"));
    }

    @Test
    void aMigrationToPostgresLosesNothing() {
        Outcome outcome = run("--target=postgres");

        assertThat(outcome.exitCode).as(outcome.text).isZero();
        assertThat(outcome.value("flips")).isEqualTo(3);
    }

    private static Outcome run(String... more) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exitCode = Main.run(
                new PrintStream(said, true, StandardCharsets.UTF_8),
                Stream.concat(Stream.of(SMALL), Stream.of(more)).toArray(String[]::new));
        return new Outcome(exitCode, said.toString(StandardCharsets.UTF_8));
    }

    private record Outcome(int exitCode, String text) {
        long value(String name) {
            List<String> lines = text.lines().toList();
            Matcher matcher =
                    Pattern.compile("^RESULT .*\\b" + name + "=(\\d+)").matcher(lines.get(lines.size() - 1));
            assertThat(matcher.find()).as(text).isTrue();
            return Long.parseLong(matcher.group(1));
        }
    }
}
