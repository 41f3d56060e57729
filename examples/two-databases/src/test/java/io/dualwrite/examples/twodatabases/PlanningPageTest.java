package io.dualwrite.examples.twodatabases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the times on the page about planning to the figures above them: who puts in others is told what follows. */
class PlanningPageTest {
    private static final int SMALLEST_POWER = 6;
    private static final int LARGEST_POWER = 10;

    private static String part(String heading) throws IOException {
        String page = Files.readString(Path.of("..", "..", "docs", "planning.md"));
        String part = page.substring(page.indexOf("\n## " + heading) + 1);
        return part.substring(0, part.indexOf("\n## "));
    }

    private static List<String> rows(String part) {
        return part.lines()
                .filter(line -> line.startsWith("| ") && !line.contains("10⁶") && !line.startsWith("| figure"))
                .toList();
    }

    private static String time(long rows, long rowsPerSecond) {
        Duration time = Duration.ofSeconds(Math.max(1, Math.round((double) rows / rowsPerSecond)));
        if (time.compareTo(Duration.ofMinutes(2)) < 0) {
            return time.toSeconds() + " s";
        }
        double minutes = time.toSeconds() / 60.0;
        if (minutes < 120) {
            return Math.round(minutes) + " min";
        }
        double hours = minutes / 60;
        return hours < 48 ? text(hours) + " h" : text(hours / 24) + " d";
    }

    private static String text(double number) {
        return String.format(Locale.ROOT, number < 10 ? "%.1f" : "%.0f", number);
    }

    @Test
    void theTimesFollowFromTheFigures() throws IOException {
        List<String> expected = new ArrayList<>();
        for (String figure : rows(part("Figures"))) {
            String[] cells = figure.split(Pattern.quote("|"));
            long rowsPerSecond = Long.parseLong(cells[2].trim().replace(",", ""));
            StringBuilder line = new StringBuilder("| " + cells[1].trim() + " |");
            long rows = 1_000_000;
            for (int power = SMALLEST_POWER; power <= LARGEST_POWER; power++) {
                line.append(' ').append(time(rows, rowsPerSecond)).append(" |");
                rows *= 10;
            }
            expected.add(line.toString());
        }
        assertThat(expected).isNotEmpty();
        assertThat(rows(part("How long"))).isEqualTo(expected);
    }

    @Test
    void timesAreToldInUnitsThatFit() {
        assertThat(time(1_000_000, 20_000)).isEqualTo("50 s");
        assertThat(time(100_000_000, 20_000)).isEqualTo("83 min");
        assertThat(time(1_000_000_000, 20_000)).isEqualTo("14 h");
        assertThat(time(10_000_000_000L, 20_000)).isEqualTo("5.8 d");
    }
}
