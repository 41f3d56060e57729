package io.dualwrite.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What shadow reads on this node have found so far, field by field: counts and a few redacted samples. Learns which fields
 * differ by themselves, such as a time of answering: those that differ between two reads of one and the same side. Keeps at
 * most {@value #MOST} fields; what differs beyond those is counted under {@value #REST}. Thread-safe; never blocks for long.
 */
public final class Findings {
    static final int MOST = 200;
    static final String REST = "(further fields)";
    private static final int SAMPLES = 3;

    private final Map<String, Long> compared = new HashMap<>();
    private final Map<String, Map<String, Counts>> fields = new TreeMap<>();
    private int kept;

    private static final class Counts {
        private long differed;
        private long noise;
        private final List<Difference> samples = new ArrayList<>();
    }

    /** Notes that answers of the operation were the same. */
    public synchronized void same(String operation) {
        compared.merge(operation, 1L, Long::sum);
    }

    /**
     * Notes that answers differed.
     *
     * @param between the differences between the sides
     * @param within the differences between two reads of one side
     * @return the paths of {@code between} that do not differ by themselves, as far as is known by now
     */
    public synchronized List<String> different(String operation, List<Difference> between, List<Difference> within) {
        same(operation);
        Set<String> restless = new LinkedHashSet<>();
        within.forEach(difference -> restless.add(field(difference)));
        Set<String> counted = new LinkedHashSet<>();
        List<String> real = new ArrayList<>();
        for (Difference difference : between) {
            String field = field(difference);
            Counts counts = counts(operation, field);
            if (counted.add(field)) {
                counts.differed++;
                counts.noise += restless.contains(field) ? 1 : 0;
                if (counts.samples.size() < SAMPLES) {
                    counts.samples.add(difference);
                }
            }
            if (!finding(operation, field, counts).isNoise()) {
                real.add(difference.path());
            }
        }
        return real;
    }

    /** All that was found: what differs most comes first, what differs by itself last. */
    public synchronized List<FieldFinding> all() {
        List<FieldFinding> all = new ArrayList<>();
        fields.forEach(
                (operation, byField) -> byField.forEach((field, counts) -> all.add(finding(operation, field, counts))));
        all.sort(Comparator.comparing(FieldFinding::isNoise)
                .thenComparing(Comparator.comparingLong(FieldFinding::differed).reversed()));
        return all;
    }

    private Counts counts(String operation, String field) {
        Map<String, Counts> byField = fields.computeIfAbsent(operation, any -> new LinkedHashMap<>());
        Counts known = byField.get(field);
        if (known != null) {
            return known;
        }
        kept++;
        return byField.computeIfAbsent(kept > MOST ? REST : field, any -> new Counts());
    }

    private FieldFinding finding(String operation, String field, Counts counts) {
        long total = compared.getOrDefault(operation, 0L);
        return new FieldFinding(operation, field, total, counts.differed, counts.noise, counts.samples);
    }

    private static String field(Difference difference) {
        return difference.path().replaceAll("\\[\\d+]", "[]").replaceAll("\\{[^}]*}", "{}");
    }
}
