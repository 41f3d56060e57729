package io.dualwrite.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a run has shown against what is demanded, printed at its end. Belongs to one thread. */
public final class Bounds {
    private final List<String> lines = new ArrayList<>();
    private boolean kept = true;

    /** Demands a ratio of at least so much. */
    public void atLeast(String what, double bound, double... ratios) {
        double median = median(ratios);
        kept &= median >= bound;
        lines.add(String.format(
                Locale.ROOT,
                "%-60s %6.2f  (%.2f to %.2f)  at least %.2f: %s",
                what,
                median,
                Arrays.stream(ratios).min().orElseThrow(),
                Arrays.stream(ratios).max().orElseThrow(),
                bound,
                median >= bound ? "kept" : "EXCEEDS"));
    }

    /** Demands at most so much. */
    public void atMost(String what, double bound, double... values) {
        double median = median(values);
        kept &= median <= bound;
        lines.add(String.format(
                Locale.ROOT,
                "%-60s %6.2f  (%.2f to %.2f)  at most %.2f: %s",
                what,
                median,
                Arrays.stream(values).min().orElseThrow(),
                Arrays.stream(values).max().orElseThrow(),
                bound,
                median <= bound ? "kept" : "EXCEEDS"));
    }

    /** Says what nothing is demanded of. */
    public void told(String what, double... ratios) {
        lines.add(String.format(Locale.ROOT, "%-60s %6.2f", what, median(ratios)));
    }

    /** Whether all of them are kept. */
    public boolean print() {
        System.out.println();
        lines.forEach(System.out::println);
        System.out.printf(
                "load at the end %.1f%n",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        return kept;
    }

    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
