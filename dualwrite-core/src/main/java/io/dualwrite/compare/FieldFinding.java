package io.dualwrite.compare;

import java.util.List;

/**
 * What comparisons of one operation's answers have found in one field.
 *
 * @param operation whose answers were compared
 * @param field the field's path, with {@code []} for any position and {@code {}} for any key; empty for the whole answer
 * @param compared how many answers of the operation were compared
 * @param differed how many of them differed here between the sides
 * @param noise how many of those differed here between two reads of one and the same side as well
 * @param samples a few of the differences, redacted
 */
public record FieldFinding(
        String operation, String field, long compared, long differed, long noise, List<Difference> samples) {
    private static final double RELATIVE = 0.2;
    private static final double ABSOLUTE = 0.0003;

    public FieldFinding {
        samples = List.copyOf(samples);
    }

    /**
     * Whether the field differs by itself: the sides differ in it hardly more often than a side differs from itself, that
     * is by at most a fifth of all differences, or by at most 0.03 percent of all comparisons.
     */
    public boolean isNoise() {
        long more = differed - noise;
        return noise > 0 && (more <= RELATIVE * (differed + noise) || more <= ABSOLUTE * compared);
    }
}
