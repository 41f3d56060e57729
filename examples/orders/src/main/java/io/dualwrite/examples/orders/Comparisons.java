package io.dualwrite.examples.orders;

/**
 * What shadow reads have shown since this was made, and whether that is within the mismatch budget: confirmed mismatches
 * may be a thousandth of the reads compared. As a share the budget fits a run of any length; below a thousand comparisons
 * it allows none.
 */
final class Comparisons {
    private static final int READS_PER_MISMATCH = 1000;

    private final Watcher watcher;
    private final long comparedBefore;
    private final long candidatesBefore;
    private final long confirmedBefore;

    Comparisons(Watcher watcher) {
        this.watcher = watcher;
        this.comparedBefore = watcher.compared();
        this.candidatesBefore = watcher.candidates();
        this.confirmedBefore = watcher.confirmed();
    }

    boolean areWithinBudget() {
        return confirmed() <= allowed();
    }

    @Override
    public String toString() {
        return "%,d reads compared, %,d differed at first sight, %,d were confirmed to (%,d allowed)"
                .formatted(compared(), watcher.candidates() - candidatesBefore, confirmed(), allowed());
    }

    private long compared() {
        return watcher.compared() - comparedBefore;
    }

    private long confirmed() {
        return watcher.confirmed() - confirmedBefore;
    }

    private long allowed() {
        return compared() / READS_PER_MISMATCH;
    }
}
