package io.dualwrite.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void programsReadBackExactlyWhatWasSaid() throws IOException {
        List<String> values =
                List.of("", " a", "a=b: c#!", "C:\\new\\table", "two\nlines\r\n\tand\fmore", "größer → ☃");
        Report report = report(true);
        report.reasons(values);

        Properties read = new Properties();
        read.load(new StringReader(said.toString(StandardCharsets.UTF_8)));
        assertThat(read).hasSize(values.size() + 1).containsEntry("reasons", "6");
        for (int at = 0; at < values.size(); at++) {
            assertThat(read.getProperty("reason." + (at + 1))).isEqualTo(values.get(at));
        }
    }

    @Test
    void everyFactIsOneLine() {
        report(true).fact("key", "two\nlines");
        assertThat(said.toString(StandardCharsets.UTF_8)).hasLineCount(1);
    }

    @Test
    void textIsForPeopleAndFactsAreForPrograms() {
        report(true).say("text");
        report(true).passing("text");
        report(false).fact("key", "value");
        assertThat(said.size()).isZero();
    }

    @Test
    void aLineThatPassesIsWipedBeforeTheNext() {
        Report report = report(false);
        report.passing("half done");
        report.passing("done");
        report.say("the end, 100 %");

        String lines = said.toString(StandardCharsets.UTF_8);
        assertThat(lines).isEqualTo("half done\r         \rdone\r    \rthe end, 100 %" + System.lineSeparator());
    }

    @Test
    void durationsAreToldInUnitsThatFitThem() {
        assertThat(Report.text(Duration.ofMillis(40))).isEqualTo("0.0 s");
        assertThat(Report.text(Duration.ofSeconds(90))).isEqualTo("90.0 s");
        assertThat(Report.text(Duration.ofMinutes(90))).isEqualTo("90 min");
        assertThat(Report.text(Duration.ofHours(30))).isEqualTo("30.0 h");
    }

    private Report report(boolean machine) {
        return new Report(new PrintStream(said, true, StandardCharsets.UTF_8), machine);
    }
}
