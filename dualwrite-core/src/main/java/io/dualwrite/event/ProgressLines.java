package io.dualwrite.event;

import io.dualwrite.event.MigrationEvent.Progress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Which of the events of progress, twice a second, are worth a line for people: one every half minute for each job, record
 * type and part that takes longer than that, and the last one. Thread-safe.
 */
final class ProgressLines {
    private static final Duration EVERY = Duration.ofSeconds(30);

    private final LongSupplier nanos;
    private final Map<String, Long> told = new HashMap<>();

    ProgressLines(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether this one is; what goes on for ever is not. */
    synchronized boolean isDue(Progress progress) {
        if (progress.job().equals(Progress.CONTINUOUS) || progress.elapsed().compareTo(EVERY) < 0) {
            return false;
        }
        long now = nanos.getAsLong();
        Long before = told.get(subject(progress));
        boolean last = progress.percent().orElse(0) == 100;
        if (before != null && !last && now - before < EVERY.toNanos()) {
            return false;
        }
        told.put(subject(progress), now);
        return true;
    }

    static String line(Progress progress) {
        return subject(progress) + ": " + progress.inWords();
    }

    private static String subject(Progress progress) {
        String whole = progress.job() + " of " + progress.type();
        return progress.part() < 0 ? whole : whole + ", part " + progress.part();
    }
}
