package io.dualwrite.examples.orders.check;

import io.dualwrite.examples.orders.check.Verdict.Wrong;
import io.dualwrite.examples.orders.ledger.Book;

/**
 * What a run comes to, in one line that machines read. The line leaves out the reads that failed; good it is only without.
 *
 * @param acknowledged writes that returned to their caller
 * @param lost records with an acknowledged write that is missing or was replaced by something older
 * @param stale reads older than they may be, and records that differ between the sides at rest
 * @param resurrected records that are there although their deletion was acknowledged, or nobody wrote them
 * @param failedWrites writes that threw; the authority was always up
 * @param shadowMismatchesConfirmed records that the migration confirmed to differ, those planted on purpose left out
 * @param flips how often the authority moved, rollbacks included
 * @param maxWriteWaitMillis how long the slowest acknowledged write took
 * @param failedReads reads that threw
 */
public record Result(
        long acknowledged,
        long lost,
        long stale,
        long resurrected,
        long failedWrites,
        long shadowMismatchesConfirmed,
        long flips,
        long maxWriteWaitMillis,
        long failedReads) {

    public static Result of(Book book, Verdict verdict, long flips, long shadowMismatchesConfirmed) {
        return new Result(
                book.acknowledged(),
                verdict.count(Wrong.LOST),
                book.stale(),
                verdict.count(Wrong.RESURRECTED),
                book.failed(),
                shadowMismatchesConfirmed,
                flips,
                (book.longestMicros() + 999) / 1000,
                book.failedReads());
    }

    /** Whether nothing was lost, stale or resurrected, and nothing threw. */
    public boolean isGood() {
        return lost == 0 && stale == 0 && resurrected == 0 && failedWrites == 0 && failedReads == 0;
    }

    @Override
    public String toString() {
        return "RESULT acknowledged=" + acknowledged + " lost=" + lost + " stale=" + stale + " resurrected="
                + resurrected
                + " failed_writes=" + failedWrites + " shadow_mismatches_confirmed=" + shadowMismatchesConfirmed
                + " flips=" + flips + " max_write_wait_ms=" + maxWriteWaitMillis;
    }
}
