package io.dualwrite.control.evidence;

import java.util.Arrays;

/**
 * Rings when the evidence says that a yardstick is not kept, with a bounded probability of ever ringing in vain: not per look
 * and not per hour, but for as long as it is armed.
 *
 * <p>One test over all that was ever counted would be slow to see what has turned bad after a long good time. So three tests
 * run at the same time, each beginning anew after a chapter of its own length. The probability is shared out among the tests,
 * and within each among all its chapters, ever less to each: the sum over all of them is what the alarm was given.
 *
 * <p>Not thread-safe.
 */
public final class Alarm {
    private static final double[] SHARES = {0.05, 0.05, 0.9};
    private static final double SQUARES = Math.PI * Math.PI / 6;

    private final Yardstick yardstick;
    private final double inVain;
    private final double[] lengths;
    private final Evidence[] begun = new Evidence[SHARES.length];
    private final long[] chapters = new long[SHARES.length];
    private boolean ringing;
    private boolean looked;

    /**
     * @param yardstick what is to be kept
     * @param inVain the probability of ever ringing although it is kept, more than 0 and less than 1
     */
    public Alarm(Yardstick yardstick, double inVain) {
        if (!(inVain > 0 && inVain < 1)) {
            throw new IllegalArgumentException("The probability of an alarm in vain is between 0 and 1, not " + inVain);
        }
        this.yardstick = yardstick;
        this.inVain = inVain;
        this.lengths = yardstick.chapters();
        Arrays.fill(chapters, 1);
        Arrays.fill(begun, Evidence.NONE);
    }

    /** Looks at all that was counted since the last {@link #restart}; once it rings it rings on until then. */
    public boolean rings(Evidence total) {
        looked |= total.all() > 0;
        for (int test = 0; test < lengths.length && !ringing; test++) {
            Evidence chapter = total.since(begun[test]);
            ringing = yardstick.against(chapter) >= Math.log(1 / allowance(test));
            if (chapter.all() >= lengths[test]) {
                begun[test] = total;
                chapters[test]++;
            }
        }
        return ringing;
    }

    /** Counting begins at zero again. What was spent of the probability stays spent. */
    public void restart() {
        ringing = false;
        for (int test = 0; test < lengths.length; test++) {
            begun[test] = Evidence.NONE;
            chapters[test] += looked ? 1 : 0;
        }
        looked = false;
    }

    private double allowance(int test) {
        return inVain * SHARES[test] / SQUARES / ((double) chapters[test] * chapters[test]);
    }
}
