package io.dualwrite.examples.orders.console;

/**
 * A long step, measured: how much is done, how fast, and how long it will take. On a terminal a bar that moves, elsewhere
 * a plain line every few seconds. Thread-safe.
 */
public final class Progress {
    private static final long BAR_EVERY_NANOS = 100_000_000L;
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;
    private static final int BAR_WIDTH = 28;

    private final Teller teller;
    private final String what;
    private final long total;
    private final long began = System.nanoTime();
    private long shown = began;

    Progress(Teller teller, String what, long total) {
        this.teller = teller;
        this.what = what;
        this.total = total;
    }

    /** Shows that so much is done, unless something was shown a moment ago. */
    public synchronized void at(long done) {
        long now = System.nanoTime();
        if (now - shown < (teller.bars() ? BAR_EVERY_NANOS : LINE_EVERY_NANOS)) {
            return;
        }
        shown = now;
        teller.passing((teller.bars() ? bar(done) + " " : "") + text(done, now - began));
    }

    /** "12,345 rows in 3.2 s (3,858/s)". */
    public String summary(long done) {
        double seconds = (System.nanoTime() - began) / 1e9;
        return "%,d %s in %.1f s (%,.0f/s)".formatted(done, what, seconds, done / Math.max(seconds, 0.001));
    }

    private String text(long done, long nanos) {
        double perSecond = done / (nanos / 1e9);
        String line = "%,d of about %,d %s, %,.0f/s".formatted(done, total, what, perSecond);
        return perSecond > 0 && done < total ? line + ", %.0f s left".formatted((total - done) / perSecond) : line;
    }

    private String bar(long done) {
        int filled = (int) (BAR_WIDTH * Math.min(done, total) / Math.max(total, 1));
        return "[" + "#".repeat(filled) + " ".repeat(BAR_WIDTH - filled) + "]";
    }
}
