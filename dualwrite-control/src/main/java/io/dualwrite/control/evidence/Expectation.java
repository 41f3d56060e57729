package io.dualwrite.control.evidence;

/**
 * How far the number of events in a time may be from what was expected: completed orders must not drop, refused logins must
 * not rise. Events are taken to come one by one; what comes in bursts needs a wider tolerance. Immutable.
 *
 * @param direction which way is bad
 * @param tolerance how far is still allowed, as a share of what was expected, more than 0; less than 1 for a drop
 */
public record Expectation(Direction direction, double tolerance) implements Yardstick {
    /** Which way of a number is the bad one. */
    public enum Direction {
        DROP(-1, 0.8, 0.5, 0.2, 0.05),
        RISE(1, 1.25, 2, 5, 20);

        private final int sign;
        private final double[] times;

        Direction(int sign, double... times) {
            this.sign = sign;
            this.times = times;
        }
    }

    public Expectation {
        if (!(tolerance > 0) || (direction == Direction.DROP && tolerance >= 1) || Double.isInfinite(tolerance)) {
            throw new IllegalArgumentException(
                    "A tolerance is more than 0, and less than 1 for a drop, not " + tolerance);
        }
    }

    @Override
    public double against(Evidence evidence) {
        double edge = edge(evidence);
        double[] ways = new double[direction.times.length];
        for (int way = 0; way < ways.length; way++) {
            double times = direction.times[way];
            ways[way] = evidence.bad() * Math.log(times) + edge * (1 - times);
        }
        return Yardstick.logMean(ways);
    }

    @Override
    public double inFavour(Evidence evidence) {
        double edge = edge(evidence);
        double seen = evidence.bad();
        if (edge == 0 || (seen - edge) * direction.sign >= 0) {
            return 0;
        }
        return (seen == 0 ? 0 : seen * Math.log(seen / edge)) - seen + edge;
    }

    /** How many more are to be expected, and come as expected. */
    @Override
    public double missing(Evidence evidence, double enough) {
        if (inFavour(evidence) >= enough) {
            return 0;
        }
        double more = 1;
        while (inFavour(evidence.plus(new Evidence(more, more))) < enough) {
            more *= 1.25;
        }
        return Math.ceil(more);
    }

    @Override
    public double[] chapters() {
        return new double[] {20, 200, 2_000};
    }

    private double edge(Evidence evidence) {
        return evidence.all() * (1 + direction.sign * tolerance);
    }
}
