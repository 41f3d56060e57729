package io.dualwrite.examples.orders;

/**
 * How many confirmed mismatches the ramp may meet before it is taken back: a share of the reads compared since it began,
 * so that the budget fits a run of any length; up to a thousand comparisons that is none.
 */
final class MismatchBudget {
    private static final double SHARE = 0.001;

    private final Watcher watcher;
    private final long comparedBefore;
    private final long confirmedBefore;

    MismatchBudget(Watcher watcher) {
        this.watcher = watcher;
        this.comparedBefore = watcher.compared();
        this.confirmedBefore = watcher.confirmed();
    }

    boolean isKept() {
        return confirmed() <= Math.floor(compared() * SHARE);
    }

    @Override
    public String toString() {
        return "%,d reads compared, %,d of %,d mismatches confirmed that the budget allows"
                .formatted(compared(), confirmed(), (long) Math.floor(compared() * SHARE));
    }

    private long compared() {
        return watcher.compared() - comparedBefore;
    }

    private long confirmed() {
        return watcher.confirmed() - confirmedBefore;
    }
}
