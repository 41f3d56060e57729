package io.dualwrite.command;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a long job is with each record type, how fast it goes, and how long the type will take where its size is
 * known: at once, and then ten times a second as a bar or every five seconds as a line. Thread-safe.
 */
final class ProgressView implements MigrationListener {
    private static final int BAR_WIDTH = 28;

    private final Report report;
    private final Form form;
    private final LongSupplier nanos;
    private final Map<String, Long> shownAt = new HashMap<>();

    /** How progress is shown. */
    enum Form {
        /** A line that moves, for terminals. */
        BAR(Duration.ofMillis(100)),
        /** A line now and then. */
        LINES(Duration.ofSeconds(5)),
        /** Not at all. */
        NONE(Duration.ZERO);

        private final long everyNanos;

        Form(Duration every) {
            this.everyNanos = every.toNanos();
        }

        /** The form of that name, or null when there is none. */
        static @Nullable Form of(String name) {
            for (Form form : values()) {
                if (form.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return form;
                }
            }
            return null;
        }
    }

    ProgressView(Report report, Form form, LongSupplier nanos) {
        this.report = report;
        this.form = form;
        this.nanos = nanos;
    }

    @Override
    public synchronized void on(MigrationEvent event) {
        if (form == Form.NONE || !(event instanceof Progress progress)) {
            return;
        }
        String type = progress.job() + " " + progress.type();
        long now = nanos.getAsLong();
        Long before = shownAt.get(type);
        if (before == null || now - before >= form.everyNanos) {
            shownAt.put(type, now);
            show(progress);
        }
    }

    private void show(Progress progress) {
        report.fact("progress.job", progress.job());
        report.fact("progress.type", progress.type());
        report.fact("progress.done", progress.done());
        report.fact("progress.total", progress.total());
        report.fact("progress.rate", Math.round(progress.perSecond()));
        report.fact("progress.ms", progress.elapsed().toMillis());
        report.fact("progress.waiting", String.join("; ", progress.waitingFor()));
        String line = line(progress);
        if (form == Form.BAR) {
            report.passing(line);
        } else {
            report.say("%s", line);
        }
    }

    private String line(Progress progress) {
        StringBuilder line = new StringBuilder(progress.job() + " " + progress.type() + ": ");
        if (form == Form.BAR) {
            progress.percent().ifPresent(percent -> line.append(bar(percent)));
        }
        return line.append(progress.inWords()).toString();
    }

    private static String bar(int percent) {
        int filled = BAR_WIDTH * percent / 100;
        return "[" + "#".repeat(filled) + " ".repeat(BAR_WIDTH - filled) + "] ";
    }
}
