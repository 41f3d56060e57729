package io.dualwrite.control.evidence;

/**
 * What was counted so far. Adds up over nodes. Immutable.
 *
 * @param bad for a share: how many of all were bad; for a count: how many were seen
 * @param all for a share: how many there were; for a count: how many were to be expected meanwhile
 */
public record Evidence(double bad, double all) {
    /** Nothing counted yet. */
    public static final Evidence NONE = new Evidence(0, 0);

    public Evidence {
        if (!(bad >= 0) || !(all >= 0) || Double.isInfinite(bad) || Double.isInfinite(all)) {
            throw new IllegalArgumentException("Evidence is counted from zero on, not " + bad + " of " + all);
        }
    }

    /** Both together. */
    public Evidence plus(Evidence other) {
        return new Evidence(bad + other.bad, all + other.all);
    }

    /** What has come since {@code earlier}. */
    public Evidence since(Evidence earlier) {
        return new Evidence(Math.max(0, bad - earlier.bad), Math.max(0, all - earlier.all));
    }
}
