package io.dualwrite.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.command.ProgressView.Form;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationEvent.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressViewTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong(-7);

    @Test
    void aLineIsSaidAtOnceAndThenEveryFiveSeconds() {
        ProgressView view = view(Form.LINES);
        view.on(progress("orders", 0, 1_000, 0));
        pass(Duration.ofMillis(4_999));
        view.on(progress("orders", 4_900, 10_000, 4_999));
        pass(Duration.ofMillis(1));
        view.on(progress("orders", 5_000, 10_000, 5_000));

        assertThat(lines())
                .containsExactly(
                        "backfill orders: 0 %, 0 of about 1,000 records",
                        "backfill orders: 50 %, 5,000 of about 10,000 records, 1,000/s, 5.0 s left");
    }

    @Test
    void whatAnEarlierRunDidIsNotThisOnesSpeed() {
        view(Form.LINES).on(new Progress("backfill", "orders", 10_000, 11_000, Duration.ofSeconds(5), 100, List.of()));
        assertThat(lines())
                .containsExactly("backfill orders: 90 %, 10,000 of about 11,000 records, 100/s, 10.0 s left");
    }

    @Test
    void whatItWaitsForIsShown() {
        view(Form.LINES)
                .on(new Progress(
                        "backfill", "orders", 10, -1, Duration.ZERO, 0, List.of("the copy is slow", "paused")));
        assertThat(lines()).containsExactly("backfill orders: 10 records, waiting: the copy is slow; paused");
    }

    @Test
    void anUnknownTotalHasNeitherShareNorEnd() {
        ProgressView view = view(Form.LINES);
        view.on(progress("orders", 0, -1, 0));
        pass(Duration.ofSeconds(10));
        view.on(progress("orders", 20_000, -1, 10_000));

        assertThat(lines()).containsExactly("backfill orders: 0 records", "backfill orders: 20,000 records, 2,000/s");
    }

    @Test
    void everyTypeIsShownOnItsOwn() {
        ProgressView view = view(Form.LINES);
        view.on(progress("customers", 3, -1, 1));
        view.on(progress("orders", 4, -1, 1));
        assertThat(lines())
                .containsExactly("backfill customers: 3 records, 3,000/s", "backfill orders: 4 records, 4,000/s");
    }

    @Test
    void aBarMovesTenTimesASecondInOneLine() {
        ProgressView view = view(Form.BAR);
        view.on(progress("orders", 0, 1_000, 0));
        pass(Duration.ofMillis(100));
        view.on(progress("orders", 500, 1_000, 100));

        assertThat(said.toString(StandardCharsets.UTF_8))
                .startsWith("backfill orders: [                            ] 0 %, 0 of about 1,000 records\r")
                .endsWith("\rbackfill orders: [##############              ] 50 %, 500 of about 1,000 records,"
                        + " 5,000/s, 0.1 s left")
                .doesNotContain("\n");
    }

    @Test
    void nothingIsShownWhereNothingIsWanted() {
        view(Form.NONE).on(progress("orders", 1, 2, 3));
        view(Form.LINES).on(new BacklogMeasured(1, 2, Duration.ZERO));
        assertThat(said.size()).isZero();
    }

    private ProgressView view(Form form) {
        Report report = new Report(new PrintStream(said, true, StandardCharsets.UTF_8), false);
        return new ProgressView(report, form, nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static Progress progress(String type, long done, long total, long millis) {
        return new Progress("backfill", type, done, total, Duration.ofMillis(millis));
    }

    private List<String> lines() {
        return Arrays.asList(said.toString(StandardCharsets.UTF_8).split("\\R"));
    }
}
