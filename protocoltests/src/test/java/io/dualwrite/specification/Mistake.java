package io.dualwrite.specification;

import java.util.List;

/**
 * A wrong variation of the protocol, and the damage by which the model checker is to show that it is wrong.
 *
 * @param variation as the specification calls it
 * @param configuration in whose bounds it is refuted; without the variation everything holds there
 * @param property what it violates
 */
record Mistake(String variation, String configuration, String property) {
    /** Where something is checked that the protocol does not rest upon: it may be left out or turned round. */
    static final List<Mistake> HARMLESS = List.of(
            // Under the stripe the copy stands still, so that only the journal has to be read last.
            new Mistake("confirmAuthorityFirst", "confirmation", "NoFalseAlarm"),
            // A write in flight leaves an intent too many, and there is no way back for which one could be missing.
            new Mistake("leaseBarrierAtComplete", "walk", "AuthorityHasNewest"));

    static final List<Mistake> ALL = List.of(
            // The journal.
            new Mistake("noJournal", "transfers", "EqualAtRest"),
            new Mistake("intentOnlyOnCopyFailure", "transfers", "EqualAtRest"),
            new Mistake("valueInline", "transfers", "EqualAtRest"),
            new Mistake("removeByKey", "transfers", "EqualAtRest"),
            new Mistake("removeBelowHighWaterMark", "transfers", "EqualAtRest"),
            new Mistake("removeBeforeCommit", "transfers", "EqualAtRest"),
            // The transfer.
            new Mistake("lockOnAuthority", "transfers", "EqualAtRest"),
            new Mistake("skipLocked", "transfers", "EqualAtRest"),
            new Mistake("leaseInsteadOfLock", "transfers", "EqualAtRest"),
            new Mistake("readBeforeLock", "transfers", "EqualAtRest"),
            new Mistake("readOlderSnapshot", "transfers", "EqualAtRest"),
            new Mistake("readFromReplica", "transfers", "EqualAtRest"),
            new Mistake("newerWinsWithoutTombstones", "transfers", "EqualAtRest"),
            new Mistake("newerWinsByClock", "transfers", "EqualAtRest"),
            new Mistake("noCopyFence", "flip", "AuthorityHasNewest"),
            // The backfill.
            new Mistake("backfillInsertIfAbsent", "backfill", "EqualAtRest"),
            new Mistake("backfillBlindUpsert", "backfill", "EqualAtRest"),
            new Mistake("backfillUnlistedKeys", "backfill", "EqualAtRest"),
            // Stages.
            new Mistake("leaseBarrierAtOffToJournal", "generations", "EqualAtRest"),
            new Mistake("sameGenerationAgain", "generations", "EqualAtRest"),
            new Mistake("noWaitBeforeFollowing", "generations", "EqualAtRest"),
            // The fence.
            new Mistake("noAuthorityFence", "handover", "AuthorityHasNewest"),
            new Mistake("rowReadBeforeFence", "handover", "AuthorityHasNewest"),
            // Flip and rollback.
            new Mistake("decideInNewRow", "handover", "OneAuthority"),
            new Mistake("noHandoverNumber", "handover", "OneAuthority"),
            new Mistake("drainBeforeClose", "handover", "AuthorityHasNewest"),
            new Mistake("noWaitForWriters", "handover", "AuthorityHasNewest"),
            new Mistake("noWaitForTransfers", "flip", "AuthorityHasNewest"),
            new Mistake("noReverseIntents", "handover", "AuthorityHasNewest"),
            new Mistake("reverseIntentsAfterLive", "handover", "AuthorityHasNewest"),
            new Mistake("twoCoordinatorsStaleRow", "handover", "AuthorityHasNewest"),
            new Mistake("reopenAfterCede", "handover", "OneAuthority"),
            new Mistake("noDeadline", "liveness", "HandoverEnds"),
            new Mistake("noSettling", "liveness", "CededIsTakenOver"),
            // The confirmation.
            new Mistake("confirmJournalFirst", "confirmation", "NoFalseAlarm"),
            new Mistake("confirmJournalBeforeAuthority", "confirmation", "NoFalseAlarm"),
            new Mistake("confirmWithoutStripe", "confirmation", "NoFalseAlarm"));

    @Override
    public String toString() {
        return variation;
    }
}
