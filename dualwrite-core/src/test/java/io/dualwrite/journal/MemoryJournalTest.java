package io.dualwrite.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.stage.RecordId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryJournalTest {
    private static final RecordId A = new RecordId("orders", "a");
    private static final RecordId B = new RecordId("orders", "b");
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final AtomicLong nanos = new AtomicLong();
    private final MemoryJournal journal = new MemoryJournal(nanos::get);

    @Test
    void theOldestIntentIsClaimedFirstAndLeased() {
        append(A);
        append(B);
        assertThat(journal.claim(Claim.due(1, LEASE))).containsExactly(A);
        assertThat(journal.claim(Claim.due(5, LEASE))).containsExactly(B);
        assertThat(journal.claim(Claim.due(5, LEASE))).isEmpty();
        assertThat(journal.claim(Claim.urgent(5, LEASE))).containsExactlyInAnyOrder(A, B);
        pass(LEASE);
        assertThat(journal.claim(Claim.due(5, LEASE))).hasSize(2);
    }

    @Test
    void onlyTheRowsThatWereSeenAreRemoved() {
        append(A);
        List<Intent> seen = journal.seen(List.of(A));
        append(A);
        journal.remove(seen);
        assertThat(journal.seen(List.of(A))).hasSize(1).doesNotContainAnyElementsOf(seen);
        assertThat(journal.claim(Claim.due(5, LEASE))).containsExactly(A);
    }

    @Test
    void aRecordThatKeepsChangingDoesNotGrowTheJournalNorLosesItsNewestChange() {
        for (int write = 0; write < 1_000; write++) {
            append(A);
        }
        List<Intent> seen = journal.seen(List.of(A));
        assertThat(seen).hasSize(MemoryJournal.ROWS_PER_RECORD);
        append(A);
        journal.remove(seen);
        assertThat(journal.seen(List.of(A))).hasSize(1);
        assertThat(journal.backlog().isEmpty()).isFalse();
        journal.remove(journal.seen(List.of(A)));
        assertThat(journal.backlog()).isEqualTo(Backlog.NONE);
    }

    @Test
    void aPostponedRecordIsDueLaterAndItsAttemptsCount() {
        append(A);
        journal.claim(Claim.due(1, LEASE));
        journal.postpone(List.of(A), Postponement.retryAfter(Duration.ofSeconds(1)));
        assertThat(journal.claim(Claim.due(1, LEASE))).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(journal.claim(Claim.due(1, LEASE))).containsExactly(A);
        journal.postpone(List.of(A), Postponement.waitFor(Duration.ZERO));
        assertThat(journal.seen(List.of(A))).extracting(Intent::attempts).containsExactly(1);
    }

    @Test
    void aQuarantinedRecordIsLeftAloneUntilReleased() {
        append(A);
        append(B);
        journal.postpone(List.of(A), Postponement.quarantine());
        append(A);
        assertThat(journal.backlog()).isEqualTo(new Backlog(1, 2, Duration.ZERO));
        assertThat(journal.claim(Claim.urgent(5, LEASE))).containsExactly(B);
        journal.postpone(List.of(A), Postponement.release());
        assertThat(journal.claim(Claim.due(5, LEASE))).containsExactly(A);
        assertThat(journal.backlog().quarantined()).isZero();
    }

    @Test
    void theOldestAgeIsThatOfTheOldestRow() {
        append(A);
        pass(Duration.ofSeconds(5));
        append(B);
        assertThat(journal.backlog().oldest()).isEqualTo(Duration.ofSeconds(5));
        journal.remove(journal.seen(List.of(A)));
        assertThat(journal.backlog().oldest()).isEqualTo(Duration.ZERO);
    }

    private void append(RecordId record) {
        journal.append(List.of(record));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
