package io.dualwrite.examples.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class SessionsTest {
    private static final Path ROOT = Path.of("../..");
    private static final int LEFT = -1;

    /** What may be found of a session: what was acknowledged last, or something tried since. */
    private final Map<String, List<Integer>> possible = new HashMap<>();

    private final List<String> stages = new ArrayList<>();

    @TempDir
    private Path home;

    @Test
    void everyAcknowledgedVisitIsInTheNewStoreThoughTheProcessWasKilledInTheMiddle() throws Exception {
        Process first = begin();
        String last = follow(first, "stage SHADOW", 25);
        first.destroyForcibly().waitFor();
        assertThat(last).as("it was in the middle").isNotEqualTo("done");

        Process second = begin();
        assertThat(follow(second, "never", 0)).isEqualTo("done");
        assertThat(second.waitFor()).isZero();

        assertThat(stages).contains("DUAL_WRITE", "SHADOW", "LIVE", "RAMP_DOWN", "COMPLETE");
        FileSessions next = new FileSessions(home.resolve("next"), ".visit");
        assertThat(possible).isNotEmpty();
        for (Map.Entry<String, List<Integer>> each : possible.entrySet()) {
            Session found = next.find(each.getKey());
            assertThat(each.getValue()).as(each.getKey()).contains(found == null ? LEFT : found.clicks());
        }
        assertThat(possible.keySet()).containsAll(next.keysAfter(null, 1_000));
    }

    private Process begin() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sessions.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Reads what a process says until it ends, or so many lines after this one. Returns the last line of its own. */
    private String follow(Process process, String until, int more) throws IOException {
        String last = "";
        int left = Integer.MAX_VALUE;
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null && left > 0; line = lines.readLine()) {
                left = line.equals(until) ? more : left - 1;
                last = line;
                heard(line);
            }
        }
        return last;
    }

    private void heard(String line) {
        Matcher visit = Pattern.compile("(try|ack) (\\S+) (-?\\d+)").matcher(line);
        if (visit.matches()) {
            List<Integer> values = possible.computeIfAbsent(visit.group(2), id -> new ArrayList<>(List.of(LEFT)));
            if (visit.group(1).equals("ack")) {
                values.clear();
            }
            values.add(Integer.valueOf(visit.group(3)));
        } else if (line.startsWith("stage ")) {
            stages.add(line.substring("stage ".length()));
        }
    }

    @Test
    void theSnippetOfThePageIsThisProgram() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("src/main/java/io/dualwrite/examples/sessions/Sessions.java"));
        int begin = lines.stream().map(String::strip).toList().indexOf("// STORES");
        int end = lines.stream().map(String::strip).toList().indexOf("// end");
        String region =
                String.join("\n", lines.subList(begin + 1, end)).stripIndent().strip();
        assertThat(page()).contains("```java\n" + region + "\n```");
    }

    @Test
    void everyTestThatThePageNamesIsThere() throws IOException {
        Matcher links = Pattern.compile("\\]\\((\\.\\./[^)#]+\\.java)\\)(?:, `(\\w+)`)?")
                .matcher(page());
        int found = 0;
        while (links.find()) {
            found++;
            Path file = ROOT.resolve("docs").resolve(links.group(1));
            assertThat(file).exists();
            if (links.group(2) != null) {
                assertThat(Files.readString(file)).contains(links.group(2));
            }
        }
        assertThat(found).isGreaterThan(8);
    }

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/stores.md"));
    }
}
