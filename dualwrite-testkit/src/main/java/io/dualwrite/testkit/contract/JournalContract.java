package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link Journal}. Each test wants an empty one. */
public abstract class JournalContract {
    private static final RecordId A = new RecordId("order", "1");
    private static final RecordId B = new RecordId("order", "2");
    private static final RecordId C = new RecordId("customer", "1");
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** The journal under test, always the same one within a test. */
    protected abstract Journal journal();

    /** Moves the journal's clock on, or its rows back. */
    protected abstract void elapse(Duration time) throws Exception;

    @Test
    protected void whatWasAppendedIsSeen() {
        journal().append(List.of(A, B, C));
        assertThat(journal().seen(List.of(A, C))).extracting(Intent::record).containsExactlyInAnyOrder(A, C);
    }

    @Test
    protected void aRecordWithoutIntentsIsNotSeen() {
        journal().append(List.of(A));
        assertThat(journal().seen(List.of(B, C))).isEmpty();
    }

    @Test
    protected void aRecordMayHaveSeveralIntentsEachWithANumberOfItsOwn() {
        journal().append(List.of(A));
        journal().append(List.of(A));
        journal().append(List.of(A));
        assertThat(journal().seen(List.of(A))).extracting(Intent::id).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    protected void keysAreKeptAsTheyAre() {
        List<RecordId> odd = List.of(
                new RecordId("order", "a|b,c;'\"%_\\"),
                new RecordId("order", "trailing "),
                new RecordId("order", "trailing"),
                new RecordId("order", "ünïcödé \uD83D\uDE00"),
                new RecordId("order", ""),
                new RecordId("order", "x".repeat(400)));
        journal().append(odd);
        for (RecordId each : odd) {
            assertThat(journal().seen(List.of(each))).extracting(Intent::record).containsExactly(each);
        }
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactlyElementsOf(odd);
    }

    @Test
    protected void removingTakesExactlyTheRowsThatWereSeen() {
        journal().append(List.of(A));
        List<Intent> seen = journal().seen(List.of(A));
        journal().append(List.of(A));
        journal().remove(seen);
        assertThat(journal().seen(List.of(A)))
                .hasSize(1)
                .noneMatch(left -> seen.stream().anyMatch(gone -> gone.id() == left.id()));
    }

    @Test
    protected void removingWhatIsGoneIsNoError() {
        journal().append(List.of(A, B));
        List<Intent> seen = journal().seen(List.of(A));
        journal().remove(seen);
        journal().remove(seen);
        assertThat(journal().seen(List.of(A, B))).extracting(Intent::record).containsExactly(B);
    }

    @Test
    protected void numbersAreNeverUsedAgain() {
        Set<Long> used = new HashSet<>();
        for (int round = 0; round < 5; round++) {
            journal().append(List.of(A));
            List<Intent> seen = journal().seen(List.of(A));
            seen.forEach(intent -> assertThat(used.add(intent.id())).isTrue());
            journal().remove(seen);
        }
    }

    @Test
    protected void theOldestIntentIsClaimedFirstAndNoMoreThanAskedFor() {
        journal().append(List.of(B));
        journal().append(List.of(A));
        journal().append(List.of(C));
        assertThat(journal().claim(Claim.due(2, LEASE))).containsExactly(B, A);
        assertThat(journal().claim(Claim.due(2, LEASE))).containsExactly(C);
    }

    @Test
    protected void aRecordIsClaimedOnceHoweverManyIntentsItHas() {
        journal().append(List.of(A));
        journal().append(List.of(A));
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(A);
    }

    @Test
    protected void aClaimedRecordIsLeftAloneUntilItsLeaseEnds() throws Exception {
        journal().append(List.of(A));
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(A);
        assertThat(journal().claim(Claim.due(10, LEASE))).isEmpty();
        elapse(LEASE.plusSeconds(1));
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(A);
    }

    @Test
    protected void aClaimChangesNothingElse() {
        journal().append(List.of(A));
        List<Intent> before = journal().seen(List.of(A));
        journal().claim(Claim.due(10, LEASE));
        assertThat(journal().seen(List.of(A))).isEqualTo(before);
        assertThat(journal().backlog().open()).isEqualTo(1);
    }

    @Test
    protected void anUrgentClaimTakesWhatIsLeasedOrPutOffToo() {
        journal().append(List.of(A, B));
        journal().claim(Claim.due(1, LEASE));
        journal().postpone(List.of(B), Postponement.retryAfter(LEASE));
        assertThat(journal().claim(Claim.urgent(10, LEASE))).containsExactlyInAnyOrder(A, B);
    }

    @Test
    protected void anUrgentClaimLeavesTheQuarantinedAlone() {
        journal().append(List.of(A, B));
        journal().postpone(List.of(A), Postponement.quarantine());
        assertThat(journal().claim(Claim.urgent(10, LEASE))).containsExactly(B);
    }

    @Test
    protected void whatIsPutOffIsNotDueBeforeItsTime() throws Exception {
        journal().append(List.of(A));
        journal().claim(Claim.due(10, LEASE));
        journal().postpone(List.of(A), Postponement.waitFor(Duration.ofMinutes(5)));
        elapse(Duration.ofMinutes(4));
        assertThat(journal().claim(Claim.due(10, LEASE))).isEmpty();
        elapse(Duration.ofMinutes(2));
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(A);
    }

    @Test
    protected void onlyAnAttemptCountsAsOne() {
        journal().append(List.of(A));
        journal().postpone(List.of(A), Postponement.waitFor(Duration.ZERO));
        journal().postpone(List.of(A), Postponement.retryAfter(Duration.ZERO));
        journal().postpone(List.of(A), Postponement.retryAfter(Duration.ZERO));
        journal().postpone(List.of(A), Postponement.release());
        assertThat(journal().seen(List.of(A))).extracting(Intent::attempts).containsExactly(2);
    }

    @Test
    protected void aReleasedClaimIsDueAtOnce() {
        journal().append(List.of(A));
        journal().claim(Claim.due(10, LEASE));
        journal().postpone(List.of(A), Postponement.release());
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(A);
    }

    @Test
    protected void theQuarantinedStayInTheJournalUnclaimedUntilReleased() throws Exception {
        journal().append(List.of(A, B));
        journal().postpone(List.of(A), Postponement.quarantine());
        elapse(Duration.ofDays(1));
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(B);
        assertThat(journal().seen(List.of(A))).extracting(Intent::quarantined).containsExactly(true);
        Backlog backlog = journal().backlog();
        assertThat(backlog.open()).isEqualTo(1);
        assertThat(backlog.quarantined()).isEqualTo(1);
        assertThat(backlog.isEmpty()).isFalse();
        journal().postpone(List.of(A), Postponement.release());
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(A);
        assertThat(journal().backlog().quarantined()).isZero();
    }

    @Test
    protected void theBacklogCountsRowsAndKnowsTheAgeOfTheOldest() throws Exception {
        assertThat(journal().backlog()).isEqualTo(Backlog.NONE);
        journal().append(List.of(A));
        elapse(Duration.ofMinutes(10));
        journal().append(List.of(A, B));
        assertThat(journal().backlog().open()).isEqualTo(3);
        assertThat(journal().backlog().oldest()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
        journal().remove(journal().seen(List.of(A, B)));
        assertThat(journal().backlog()).isEqualTo(Backlog.NONE);
    }

    @Test
    protected void aRangeIsKeptClaimedPutOffAndRemovedLikeARecord() {
        RecordId range = RecordRange.all("order").id();
        journal().append(List.of(range, A));
        assertThat(journal().claim(Claim.due(10, LEASE))).containsExactly(range, A);
        assertThat(journal().claim(Claim.due(10, LEASE))).isEmpty();
        journal().postpone(List.of(range), Postponement.retryAfter(Duration.ZERO));
        assertThat(journal().seen(List.of(range))).extracting(Intent::attempts).containsExactly(1);
        journal().remove(journal().seen(List.of(range)));
        assertThat(journal().seen(List.of(range, A))).extracting(Intent::record).containsExactly(A);
    }

    @Test
    protected void theRangesOfATypeAreListedAndNothingElse() {
        RecordId all = RecordRange.all("order").id();
        RecordId some = new RecordRange("order", "1", "x".repeat(300)).id();
        journal().append(List.of(A, all, some, RecordRange.all("customer").id()));
        journal().append(List.of(all));
        journal().postpone(List.of(some), Postponement.quarantine());
        assertThat(journal().ranges("order")).extracting(Intent::record).containsExactlyInAnyOrder(all, some, all);
        assertThat(journal().ranges("order")).filteredOn(Intent::quarantined).hasSize(1);
        assertThat(journal().ranges("orders")).isEmpty();
        assertThat(journal().ranges("")).isEmpty();
    }

    @Test
    protected void theBacklogTellsHowManyRowsStandForRanges() {
        journal().append(List.of(A, B));
        assertThat(journal().backlog().ranges()).isZero();
        journal().append(List.of(RecordRange.all("order").id()));
        assertThat(journal().backlog().ranges()).isEqualTo(1);
        assertThat(journal().backlog().open()).isEqualTo(3);
    }

    @Test
    protected void appendingAndAskingForNothingIsNoError() {
        journal().append(List.of());
        journal().remove(List.of());
        journal().postpone(List.of(), Postponement.release());
        assertThat(journal().seen(List.of())).isEmpty();
        assertThat(journal().claim(Claim.due(5, LEASE))).isEmpty();
    }

    @Test
    protected void manyRecordsAtOnceAreNoTrouble() {
        List<RecordId> many = java.util.stream.IntStream.range(0, 2_500)
                .mapToObj(number -> new RecordId("order", "k" + number))
                .toList();
        journal().append(many);
        List<Intent> seen = journal().seen(many);
        assertThat(seen).hasSize(2_500);
        journal().postpone(many, Postponement.retryAfter(Duration.ZERO));
        journal().remove(seen);
        assertThat(journal().backlog().isEmpty()).isTrue();
    }
}
