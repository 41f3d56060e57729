package io.dualwrite.repair;

import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Sides;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a verification found. Its size is bounded, however much differs.
 *
 * @param scope what it was to look at
 * @param rows records read on each side
 * @param complete whether all that it was to look at was read: false when the listing of a side came back empty although the
 *     side is not, when the verification was stopped, and when there may be more recent records than were asked for
 * @param candidates records whose fingerprints differed at first sight, in flight or not
 * @param confirmed how many really differed
 * @param repaired how many of those were made equal and found equal afterwards
 * @param kinds how many really differed in which way; every kind has a number, together they are {@code confirmed}
 * @param fields in how many records a field differed, by {@code type.field}, most first; at most {@link #MOST_FIELDS} names,
 *     and what differed in others counted once per record and field under {@value #OTHER_FIELDS}
 * @param samples the first {@link #MOST_SAMPLES} confirmed ones
 * @param stoppedAt the confirmed difference at which {@link VerifyPolicy#STOP} ended it; null when it came to its end. All
 *     records of its type before it, and all types before that, had been looked at
 * @param overtaken whether a difference was confirmed elsewhere while everything was being read, so that equal sides prove
 *     nothing; verify again
 * @param took how long it took
 */
public record VerifyReport(
        VerifyScope scope,
        Sides<Long> rows,
        boolean complete,
        long candidates,
        long confirmed,
        long repaired,
        Map<Kind, Long> kinds,
        Map<String, Long> fields,
        List<Discrepancy> samples,
        @Nullable RecordId stoppedAt,
        boolean overtaken,
        Duration took) {
    /** How many confirmed differences are told one by one. */
    public static final int MOST_SAMPLES = 1_000;
    /** How many fields are counted apart. */
    public static final int MOST_FIELDS = 1_000;
    /** What fields are counted under that are too many. */
    public static final String OTHER_FIELDS = "(others)";

    public VerifyReport {
        kinds = Collections.unmodifiableMap(new LinkedHashMap<>(kinds));
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        samples = List.copyOf(samples);
    }

    /**
     * Whether everything on both sides was read and nothing had to be confirmed as different, here or elsewhere meanwhile, so
     * that the authority may be handed over as far as verification is concerned; never of a part.
     */
    public boolean isClean() {
        return scope instanceof VerifyScope.Everything && isEqual() && !overtaken;
    }

    /** Whether all of what was to be looked at was read and nothing of it had to be confirmed as different. */
    public boolean isEqual() {
        return complete && confirmed == 0;
    }

    /** Records read a second, both sides counted; 0 when it took no time that could be measured. */
    public double rowsPerSecond() {
        return took.isZero() ? 0 : (rows.origin() + rows.target()) * 1e9 / took.toNanos();
    }
}
