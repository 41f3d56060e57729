package io.dualwrite.control.rollback;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long a step may be expected to take, by what was measured; nothing is guessed.
 *
 * @param count how often it was measured
 * @param half what half of the measurements did not exceed; zero without one
 * @param most what 95 of 100 did not exceed; zero without one
 * @param lastDrill when it was last rehearsed; null when it never was
 */
public record Estimate(
        int count, Duration half, Duration most, @Nullable Instant lastDrill) {
    /** What the times of this step say. */
    public static Estimate of(String step, List<StepTime> times) {
        List<StepTime> own =
                times.stream().filter(time -> time.step().equals(step)).toList();
        List<Duration> sorted = own.stream().map(StepTime::took).sorted().toList();
        Instant drilled = own.stream()
                .filter(StepTime::drill)
                .map(StepTime::at)
                .max(Comparator.naturalOrder())
                .orElse(null);
        return new Estimate(sorted.size(), quantile(sorted, 0.5), quantile(sorted, 0.95), drilled);
    }

    private static Duration quantile(List<Duration> sorted, double share) {
        return sorted.isEmpty() ? Duration.ZERO : sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    /** Whether it was ever measured. */
    public boolean isMeasured() {
        return count > 0;
    }

    @Override
    public String toString() {
        if (!isMeasured()) {
            return "never measured";
        }
        String drilled = lastDrill == null
                ? "never drilled"
                : "last drill " + lastDrill.atOffset(ZoneOffset.UTC).toLocalDate();
        return "p50 " + told(half) + ", p95 " + told(most) + " of " + count + "; " + drilled;
    }

    static String told(Duration took) {
        long millis = took.toMillis();
        return millis < 1_000
                ? millis + "." + took.toNanosPart() % 1_000_000 / 100_000 + " ms"
                : millis / 1_000 + "." + millis % 1_000 / 100 + " s";
    }
}
