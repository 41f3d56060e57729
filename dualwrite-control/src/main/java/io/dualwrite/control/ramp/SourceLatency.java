package io.dualwrite.control.ramp;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long the source takes: its 99th percentile, to within an eighth, of its latest some ten thousand answers. Recording is
 * lock-free; {@link #renew} is called by one thread.
 */
final class SourceLatency {
    private static final int PER_DOUBLING = 8;
    private static final int ENOUGH = 200;
    private static final int FADES_BEYOND = 20_000;

    private final AtomicLongArray counts = new AtomicLongArray(64 * PER_DOUBLING);
    private volatile long percentile = Long.MAX_VALUE;

    void record(long nanos) {
        counts.incrementAndGet(bucket(Math.max(PER_DOUBLING, nanos)));
    }

    /** The percentile in nanoseconds as of the last renewal; {@link Long#MAX_VALUE} until there was enough to tell. */
    long percentile() {
        return percentile;
    }

    /** Computes it anew, and lets what is old fade. */
    void renew() {
        long total = 0;
        for (int at = 0; at < counts.length(); at++) {
            total += counts.get(at);
        }
        if (total < ENOUGH) {
            return;
        }
        long above = total / 100;
        int at = counts.length() - 1;
        for (long seen = counts.get(at); seen <= above && at > 0; seen += counts.get(at)) {
            at--;
        }
        percentile = upperEdge(at);
        if (total > FADES_BEYOND) {
            for (int each = 0; each < counts.length(); each++) {
                counts.addAndGet(each, -(counts.get(each) / 2));
            }
        }
    }

    private static int bucket(long nanos) {
        int doubling = 63 - Long.numberOfLeadingZeros(nanos);
        return doubling * PER_DOUBLING + (int) (nanos >>> (doubling - 3) & (PER_DOUBLING - 1));
    }

    private static long upperEdge(int bucket) {
        int doubling = bucket / PER_DOUBLING;
        long width = 1L << Math.max(0, doubling - 3);
        return (1L << doubling) + (bucket % PER_DOUBLING + 1) * width - 1;
    }
}
