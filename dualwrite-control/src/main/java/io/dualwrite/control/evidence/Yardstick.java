package io.dualwrite.control.evidence;

/** What is allowed, and what evidence says for and against it. Immutable. */
public sealed interface Yardstick permits Budget, Expectation {
    /**
     * The logarithm of the factor by which this evidence is likelier beyond what is allowed than within: an e-process, the
     * mixture of a few ways to be beyond. Within, it ever reaches {@code ln(1/a)} with a probability of at most {@code a}, at
     * however many moments one looks.
     */
    double against(Evidence evidence);

    /**
     * The negative logarithm of a bound on the probability that something at the edge of what is allowed had looked at least
     * as good as this; zero when it looks no better than the edge.
     */
    double inFavour(Evidence evidence);

    /** How many more, all of them good, until {@link #inFavour} is {@code enough}; zero when it is. */
    double missing(Evidence evidence, double enough);

    /** Lengths of evidence, in units of its {@code all}, at which a test begins anew: short, middle and long. */
    double[] chapters();

    /** The mean of what stands in the exponents, as an exponent. */
    static double logMean(double[] exponents) {
        double most = Double.NEGATIVE_INFINITY;
        for (double each : exponents) {
            most = Math.max(most, each);
        }
        double sum = 0;
        for (double each : exponents) {
            sum += Math.exp(each - most);
        }
        return most + Math.log(sum / exponents.length);
    }
}
