package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.JournalException;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class JdbcJournalTest {
    private static final RecordId A = new RecordId("order", "1");
    private static final RecordId B = new RecordId("order", "2");
    private static final RecordId C = new RecordId("customer", "1");
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final TestDatabase database;
    private final Place place;
    private final JdbcJournal journal;

    JdbcJournalTest(Engine engine) {
        database = engine.create();
        place = new Place("shop", Side.ORIGIN, database.pool(), Limits.DEFAULT, Pace.real());
        journal = new JdbcJournal(place);
    }

    @BeforeEach
    void install() throws SQLException {
        new Schema(place).apply();
    }

    @Test
    void anIntentIsCommittedOrRolledBackWithItsWrite() throws SQLException {
        try (Connection writer = database.pool().getConnection()) {
            writer.setAutoCommit(false);
            journal.append(writer, 3, List.of(A, B));
            writer.rollback();
            assertThat(journal.seen(List.of(A, B))).isEmpty();
            journal.append(writer, 3, List.of(A));
            writer.commit();
        }
        assertThat(journal.seen(List.of(A, B))).extracting(Intent::record).containsExactly(A);
        assertThat(database.value("select generation from dualwrite_journal")).isEqualTo("3");
    }

    @Test
    void ofThousandsOfRecordsThoseWithIntentsAreSeen() {
        List<RecordId> many = IntStream.rangeClosed(1, 3_000)
                .mapToObj(number -> new RecordId(number % 2 == 0 ? "even" : "odd", Integer.toString(number)))
                .toList();
        assertThat(journal.seen(many)).isEmpty();
        journal.append(List.of(many.get(6), many.get(2_998), A));
        assertThat(journal.seen(many)).extracting(Intent::record).containsExactly(many.get(6), many.get(2_998));
        journal.append(List.of(many.get(2_999)));
        assertThat(journal.seen(many))
                .extracting(Intent::record)
                .containsExactlyInAnyOrder(many.get(6), many.get(2_998), many.get(2_999));
    }

    @Test
    void theOldestRecordsAreClaimedFirstEachOnce() {
        journal.append(List.of(B));
        journal.append(List.of(A));
        journal.append(List.of(B));
        journal.append(List.of(C));
        assertThat(journal.claim(Claim.due(2, LEASE))).containsExactly(B, A);
        assertThat(journal.claim(Claim.due(2, LEASE))).containsExactly(C);
        assertThat(journal.claim(Claim.due(2, LEASE))).isEmpty();
    }

    @Test
    void aLeaseEndsByTheDatabasesClock() {
        journal.append(List.of(A));
        journal.claim(Claim.due(10, LEASE));
        database.run("update dualwrite_journal set due = current_timestamp - interval '1' second");
        assertThat(journal.claim(Claim.due(10, LEASE))).containsExactly(A);
    }

    @Test
    void anUrgentClaimTakesEverythingButTheQuarantined() {
        journal.append(List.of(A, B, C));
        journal.claim(Claim.due(1, LEASE));
        journal.postpone(List.of(B), Postponement.retryAfter(LEASE));
        journal.postpone(List.of(C), Postponement.quarantine());
        assertThat(journal.claim(Claim.due(10, LEASE))).isEmpty();
        assertThat(journal.claim(Claim.urgent(10, LEASE))).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void aHotRecordDelaysNoOther() {
        IntStream.range(0, 500).forEach(any -> journal.append(List.of(A)));
        journal.append(List.of(B));
        assertThat(journal.claim(Claim.due(20, LEASE))).containsExactly(A, B);
    }

    @Test
    void oneRowOfARecordKeepsAllOfItOff() {
        journal.append(List.of(A));
        journal.claim(Claim.due(1, LEASE));
        IntStream.range(0, 500).forEach(any -> journal.append(List.of(A)));
        journal.postpone(List.of(A), Postponement.retryAfter(LEASE));
        journal.append(List.of(A, B));
        assertThat(journal.claim(Claim.due(20, LEASE))).containsExactly(B);
        assertThat(journal.seen(List.of(A))).extracting(Intent::attempts).containsOnlyOnce(1);
        journal.postpone(List.of(A), Postponement.release());
        assertThat(journal.claim(Claim.due(20, LEASE))).containsExactly(A);
    }

    @Test
    void aRecordIsQuarantinedAndReleasedWithAllItsRows() {
        journal.append(List.of(A));
        journal.append(List.of(A));
        journal.postpone(List.of(A), Postponement.quarantine());
        assertThat(journal.backlog().quarantined()).isEqualTo(2);
        journal.append(List.of(A));
        assertThat(journal.claim(Claim.due(20, LEASE))).isEmpty();
        assertThat(journal.claim(Claim.urgent(20, LEASE))).isEmpty();
        journal.postpone(List.of(A), Postponement.release());
        assertThat(journal.backlog().quarantined()).isZero();
        assertThat(journal.claim(Claim.due(20, LEASE))).containsExactly(A);
    }

    @Test
    void claimsAtTheSameTimeShareTheWorkAndForgetNothing() throws Exception {
        List<RecordId> all = IntStream.range(0, 400)
                .mapToObj(key -> new RecordId("order", "k" + key))
                .toList();
        journal.append(all);
        ExecutorService relays = Executors.newFixedThreadPool(4);
        List<Future<List<RecordId>>> claims = new ArrayList<>();
        for (int relay = 0; relay < 4; relay++) {
            claims.add(relays.submit(() -> {
                List<RecordId> mine = new ArrayList<>();
                List<RecordId> next;
                while (!(next = journal.claim(Claim.due(20, LEASE))).isEmpty()) {
                    mine.addAll(next);
                }
                return mine;
            }));
        }
        List<RecordId> claimed = new ArrayList<>();
        for (Future<List<RecordId>> claim : claims) {
            claimed.addAll(claim.get(30, TimeUnit.SECONDS));
        }
        relays.shutdown();
        // A relay may see nothing because others had locked what was left; a later claim then finds it.
        claimed.addAll(journal.claim(Claim.due(400, LEASE)));
        assertThat(claimed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void onlyRowsThatWereSeenAreRemoved() {
        journal.append(List.of(A));
        List<Intent> seen = journal.seen(List.of(A));
        journal.append(List.of(A));
        journal.remove(seen);
        assertThat(journal.seen(List.of(A))).hasSize(1).doesNotContainAnyElementsOf(seen);
        journal.remove(seen);
        assertThat(journal.backlog().open()).isEqualTo(1);
    }

    @Test
    void numbersAreNotUsedAgain() {
        Set<Long> used = new HashSet<>();
        for (int round = 0; round < 3; round++) {
            journal.append(List.of(A));
            List<Intent> seen = journal.seen(List.of(A));
            assertThat(used.add(seen.get(0).id())).isTrue();
            journal.remove(seen);
        }
    }

    @Test
    void anotherMigrationsIntentsAndTheOtherSidesAreLeftAlone() throws SQLException {
        Place other = new Place("other", Side.ORIGIN, database.pool(), Limits.DEFAULT, Pace.real());
        Place target = new Place("shop", Side.TARGET, database.pool(), Limits.DEFAULT, Pace.real());
        new Schema(other).apply();
        new Schema(target).apply();
        new JdbcJournal(other).append(List.of(A));
        new JdbcJournal(target).append(List.of(A));
        assertThat(journal.backlog().isEmpty()).isTrue();
        assertThat(journal.seen(List.of(A))).isEmpty();
        assertThat(journal.claim(Claim.urgent(10, LEASE))).isEmpty();
        journal.postpone(List.of(A), Postponement.quarantine());
        assertThat(new JdbcJournal(other).backlog().quarantined()).isZero();
    }

    @Test
    void keysAreKeptToTheLetter() {
        List<RecordId> odd = List.of(
                new RecordId("order", "a|b\\,c;'\"%_"),
                new RecordId("order", "trailing "),
                new RecordId("order", "trailing"),
                new RecordId("order", "ünï \uD83D\uDE00"),
                new RecordId("order", ""));
        journal.append(odd);
        assertThat(journal.claim(Claim.due(10, LEASE))).containsExactlyElementsOf(odd);
        odd.forEach(each -> assertThat(journal.seen(List.of(each)))
                .extracting(Intent::record)
                .containsExactly(each));
    }

    @Test
    void theBacklogKnowsTheAgeOfTheOldest() {
        journal.append(List.of(A, B));
        journal.postpone(List.of(B), Postponement.quarantine());
        database.run("update dualwrite_journal set created = created - interval '10' minute where record_key = '1'");
        assertThat(journal.backlog().open()).isEqualTo(1);
        assertThat(journal.backlog().quarantined()).isEqualTo(1);
        assertThat(journal.backlog().oldest()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
    }

    @Test
    void aFailingDatabaseIsToldByOperationAndSide() {
        database.run("drop table dualwrite_journal");
        assertThatThrownBy(journal::backlog)
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("measure")
                .hasMessageContaining("the ORIGIN of migration 'shop'")
                .hasCauseInstanceOf(SQLException.class);
    }
}
