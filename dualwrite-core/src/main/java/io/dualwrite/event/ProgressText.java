package io.dualwrite.event;

import io.dualwrite.event.MigrationEvent.Progress;
import java.time.Duration;
import java.util.Locale;

/** Progress in the words of people. */
final class ProgressText {
    private ProgressText() {}

    static String of(Progress progress) {
        StringBuilder text = new StringBuilder();
        progress.percent().ifPresent(percent -> text.append(percent).append(" %, "));
        text.append(String.format(Locale.ROOT, "%,d", progress.done()));
        if (progress.total() > progress.done()) {
            text.append(String.format(Locale.ROOT, " of about %,d", progress.total()));
        }
        text.append(" records");
        if (progress.perSecond() > 0) {
            text.append(String.format(Locale.ROOT, ", %,.0f/s", progress.perSecond()));
        }
        progress.left()
                .filter(left -> !left.isZero())
                .ifPresent(left -> text.append(", ").append(of(left)).append(" left"));
        if (!progress.waitingFor().isEmpty()) {
            text.append(", waiting: ").append(String.join("; ", progress.waitingFor()));
        }
        return text.toString();
    }

    private static String of(Duration duration) {
        double seconds = duration.toMillis() / 1000.0;
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return seconds < 7200
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
}
