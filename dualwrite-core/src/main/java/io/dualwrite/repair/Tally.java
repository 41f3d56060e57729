package io.dualwrite.repair;

import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a verification has found so far, in bounded memory. Belongs to one thread. */
final class Tally {
    /** How many fields the event that ends a verification names. */
    private static final int MOST_TOLD = 20;

    private final long[] rows = new long[Side.values().length];
    private final long[] kinds = new long[Kind.values().length];
    private final Map<String, Long> fields = new HashMap<>();
    private final List<Discrepancy> samples = new ArrayList<>();
    private boolean complete = true;
    private boolean overtaken;
    private long candidates;
    private long confirmed;
    private long repaired;
    private @Nullable RecordId stoppedAt;

    void read(Side side) {
        rows[side.ordinal()]++;
    }

    void read(Side side, long more) {
        rows[side.ordinal()] += more;
    }

    long rows(Side side) {
        return rows[side.ordinal()];
    }

    void candidate() {
        candidates++;
    }

    /** Something of what was to be read was not. */
    void incomplete() {
        complete = false;
    }

    /** Somebody else confirmed a difference meanwhile. */
    void overtaken() {
        overtaken = true;
    }

    void confirmed(Discrepancy found) {
        confirmed++;
        kinds[found.kind().ordinal()]++;
        for (String field : found.fields()) {
            String name = found.record().type() + "." + field;
            boolean fits = fields.containsKey(name) || fields.size() < VerifyReport.MOST_FIELDS;
            fields.merge(fits ? name : VerifyReport.OTHER_FIELDS, 1L, Long::sum);
        }
        if (samples.size() < VerifyReport.MOST_SAMPLES) {
            samples.add(found);
        }
    }

    long confirmed() {
        return confirmed;
    }

    void repaired() {
        repaired++;
    }

    void stopped(RecordId at) {
        stoppedAt = at;
        complete = false;
    }

    boolean isStopped() {
        return stoppedAt != null;
    }

    /** What really differed by kind, what was repaired, and the fields that differ most; without what is zero. */
    Map<String, Long> told() {
        Map<String, Long> told = new LinkedHashMap<>();
        kinds().forEach((kind, count) -> told.put(kind.name(), count));
        told.put("repaired", repaired);
        told.values().removeIf(count -> count == 0);
        fieldsMostFirst().entrySet().stream()
                .limit(MOST_TOLD)
                .forEach(field -> told.put(field.getKey(), field.getValue()));
        return told;
    }

    VerifyReport report(VerifyScope scope, Duration took) {
        return new VerifyReport(
                scope,
                Sides.each(this::rows),
                complete,
                candidates,
                confirmed,
                repaired,
                kinds(),
                fieldsMostFirst(),
                samples,
                stoppedAt,
                overtaken,
                took);
    }

    private Map<Kind, Long> kinds() {
        Map<Kind, Long> byKind = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            byKind.put(kind, kinds[kind.ordinal()]);
        }
        return byKind;
    }

    private Map<String, Long> fieldsMostFirst() {
        return fields.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, LinkedHashMap::new));
    }
}
