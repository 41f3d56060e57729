package io.dualwrite.control.evidence;

/**
 * The share of bad ones that is allowed: failed reads among all reads, differences among comparisons. Immutable.
 *
 * @param share more than 0 and less than 1; 0.001 is one in a thousand
 */
public record Budget(double share) implements Yardstick {
    private static final double[] TIMES = {2, 5, 10, 50, 200};

    public Budget {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("A budget is a share between 0 and 1, not " + share);
        }
    }

    @Override
    public double against(Evidence evidence) {
        double[] ways = new double[TIMES.length];
        for (int way = 0; way < ways.length; way++) {
            // A budget of a half has no double: half the way to certainty is the most.
            double beyond = Math.min(TIMES[way] * share, (1 + share) / 2);
            ways[way] = evidence.bad() * Math.log(beyond / share)
                    + (evidence.all() - evidence.bad()) * Math.log((1 - beyond) / (1 - share));
        }
        return Yardstick.logMean(ways);
    }

    @Override
    public double inFavour(Evidence evidence) {
        double bad = evidence.bad();
        double good = evidence.all() - bad;
        if (bad >= evidence.all() * share) {
            return 0;
        }
        // Chernoff's bound; without a bad one it is exact.
        double rate = bad / evidence.all();
        return (bad == 0 ? 0 : bad * Math.log(rate / share)) + good * Math.log((1 - rate) / (1 - share));
    }

    @Override
    public double missing(Evidence evidence, double enough) {
        if (inFavour(evidence) >= enough) {
            return 0;
        }
        double most = 1;
        while (inFavour(evidence.plus(new Evidence(0, most))) < enough) {
            most *= 2;
        }
        double least = most / 2;
        while (most - least > 1) {
            double middle = Math.rint((least + most) / 2);
            boolean isEnough = inFavour(evidence.plus(new Evidence(0, middle))) >= enough;
            most = isEnough ? middle : most;
            least = isEnough ? least : middle;
        }
        return most;
    }

    @Override
    public double[] chapters() {
        return new double[] {0.2 / share, 2 / share, 20 / share};
    }
}
