package io.dualwrite.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.testkit.history.Operation.Kind;
import io.dualwrite.testkit.history.Operation.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories in which something is wrong, or not: a checker that never complains would pass anything. */
class HistoryCheckerTest {
    private final List<Operation> history = new ArrayList<>();
    private long clock;

    private HistoryCheckerTest did(String transaction, Kind kind, String seen, String value, Outcome outcome) {
        long begun = ++clock;
        long ended = outcome == Outcome.UNKNOWN ? Long.MAX_VALUE : ++clock;
        history.add(new Operation(transaction, kind, "k", seen, value, outcome, begun, ended));
        return this;
    }

    private HistoryCheckerTest wrote(String transaction, String seen, String value) {
        return did(transaction, Kind.WRITE, seen, value, Outcome.ACKNOWLEDGED);
    }

    private HistoryCheckerTest deleted(String transaction, String seen) {
        return did(transaction, Kind.DELETE, seen, null, Outcome.ACKNOWLEDGED);
    }

    private HistoryCheckerTest read(String transaction, String seen) {
        return did(transaction, Kind.READ, seen, null, Outcome.ACKNOWLEDGED);
    }

    /** What is complained of when both sides end with this value. */
    private List<Violation.Kind> endingWith(String last) {
        return complaints(Map.of(), ends(last), ends(last));
    }

    private List<Violation.Kind> complaints(
            Map<String, String> initial, Map<String, String> authority, Map<String, String> copy) {
        return new HistoryChecker(initial, history)
                .check(authority, copy).stream().map(Violation::kind).toList();
    }

    private static Map<String, String> ends(String last) {
        return last == null ? Map.of() : Map.of("k", last);
    }

    @Test
    void aHistoryInOrderIsSound() {
        wrote("t1", null, "a").read("r1", "a").wrote("t2", "a", "b").deleted("t3", "b");
        read("r2", null).wrote("t4", null, "c");

        assertThat(endingWith("c")).isEmpty();
    }

    @Test
    void anAcknowledgedWriteThatIsNowhereIsLost() {
        wrote("t1", null, "a").wrote("t2", "a", "b");

        assertThat(endingWith(null)).containsExactly(Violation.Kind.LOST);
    }

    @Test
    void anAcknowledgedWriteThatWasOverwrittenUnseenIsLost() {
        wrote("t1", null, "a").wrote("t2", "a", "b").wrote("t3", "a", "c");

        assertThat(endingWith("c")).containsExactlyInAnyOrder(Violation.Kind.FORKED, Violation.Kind.LOST);
    }

    @Test
    void aRecordThatWasThereBeforeCanBeLostToo() {
        assertThat(complaints(Map.of("k", "old"), Map.of(), Map.of())).containsExactly(Violation.Kind.LOST);
    }

    @Test
    void aReplacedValueThatIsThereAtTheEndIsStale() {
        wrote("t1", null, "a").wrote("t2", "a", "b");

        assertThat(endingWith("a")).containsExactlyInAnyOrder(Violation.Kind.STALE, Violation.Kind.LOST);
    }

    @Test
    void aDeletedRecordThatIsThereAtTheEndIsResurrected() {
        wrote("t1", null, "a").deleted("t2", "a");

        assertThat(endingWith("a")).containsExactly(Violation.Kind.RESURRECTED);
    }

    @Test
    void aDeletedRecordThatALaterWriteStillFoundIsAFork() {
        wrote("t1", null, "a").deleted("t2", "a").wrote("t3", "a", "b");

        assertThat(endingWith("b")).containsExactly(Violation.Kind.FORKED);
    }

    @Test
    void twoAuthoritiesThatBothCreateTheRecordLoseOne() {
        wrote("t1", null, "a").wrote("t2", null, "b");

        assertThat(endingWith("b")).containsExactly(Violation.Kind.LOST);
    }

    @Test
    void anUnknownWriteMayHaveHappenedOrNot() {
        wrote("t1", null, "a").did("t2", Kind.WRITE, "a", "b", Outcome.UNKNOWN);

        assertThat(endingWith("a")).isEmpty();
        assertThat(endingWith("b")).isEmpty();
    }

    @Test
    void anUnknownWriteThatWasSeenHasHappened() {
        wrote("t1", null, "a").did("t2", Kind.WRITE, "a", "b", Outcome.UNKNOWN).read("r1", "b");

        assertThat(endingWith("a")).containsExactlyInAnyOrder(Violation.Kind.STALE, Violation.Kind.LOST);
    }

    @Test
    void whereServersShowTooEarlyOnlyWhoWroteAfterwardsIsProof() {
        wrote("t1", null, "a").did("t2", Kind.WRITE, "a", "b", Outcome.UNKNOWN).read("r1", "b");
        did("t3", Kind.WRITE, "b", "c", Outcome.UNKNOWN).wrote("t4", "a", "d");

        assertThat(endingWith("d")).contains(Violation.Kind.FORKED);
        assertThat(afterADeath("d")).isEmpty();

        wrote("t5", "c", "e");

        assertThat(afterADeath("d")).contains(Violation.Kind.FORKED, Violation.Kind.LOST);
    }

    private List<Violation.Kind> afterADeath(String last) {
        return new HistoryChecker(Map.of(), history, false)
                .check(ends(last), ends(last)).stream().map(Violation::kind).toList();
    }

    @Test
    void anUnknownTransactionHappenedAsAWhole() {
        wrote("t1", null, "a").did("t2", Kind.WRITE, "a", "b", Outcome.UNKNOWN);
        history.add(new Operation("t2", Kind.WRITE, "other", null, "x", Outcome.UNKNOWN, 1, Long.MAX_VALUE));

        assertThat(complaints(Map.of(), Map.of("k", "b"), Map.of("k", "b"))).containsExactly(Violation.Kind.LOST);
        assertThat(complaints(Map.of(), Map.of("k", "a"), Map.of("k", "a"))).isEmpty();
    }

    @Test
    void whatWasRolledBackMustNotBeSeen() {
        wrote("t1", null, "a").did("t2", Kind.WRITE, "a", "b", Outcome.FAILED);

        assertThat(endingWith("b")).contains(Violation.Kind.INVENTED);
        assertThat(endingWith("a")).isEmpty();
    }

    @Test
    void aValueThatNobodyWroteIsInvented() {
        wrote("t1", null, "a").read("r1", "z");

        assertThat(endingWith("a")).containsExactly(Violation.Kind.INVENTED);
    }

    @Test
    void aReadOfWhatHadBeenReplacedBeforeIsStale() {
        wrote("t1", null, "a").wrote("t2", "a", "b").read("r1", "a");

        assertThat(endingWith("b")).containsExactly(Violation.Kind.STALE_READ);
    }

    @Test
    void aReadOfNothingAfterAWriteIsStale() {
        wrote("t1", null, "a").read("r1", null);

        assertThat(endingWith("a")).containsExactly(Violation.Kind.STALE_READ);
    }

    @Test
    void aReadThatOverlapsTheWriteMayAnswerEither() {
        history.add(new Operation("t1", Kind.WRITE, "k", null, "a", Outcome.ACKNOWLEDGED, 1, 2));
        history.add(new Operation("t2", Kind.WRITE, "k", "a", "b", Outcome.ACKNOWLEDGED, 3, 10));
        history.add(new Operation("r1", Kind.READ, "k", "a", null, Outcome.ACKNOWLEDGED, 5, 20));
        history.add(new Operation("r2", Kind.READ, "k", "b", null, Outcome.ACKNOWLEDGED, 5, 20));

        assertThat(endingWith("b")).isEmpty();
    }

    @Test
    void sidesThatDifferAtRestAreUnequal() {
        wrote("t1", null, "a");

        assertThat(complaints(Map.of(), ends("a"), ends(null))).containsExactly(Violation.Kind.UNEQUAL);
    }

    @Test
    void aFileTellsWhatAKilledProcessDid(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("history");
        try (HistoryFile written = HistoryFile.append(file)) {
            written.begin("t1");
            written.intend("t1", Kind.WRITE, "a\tkey", null, "a value");
            written.end("t1", Outcome.ACKNOWLEDGED);
            written.begin("t2");
            written.intend("t2", Kind.DELETE, "a\tkey", "a value", null);
        }
        Files.writeString(file, Files.readString(file) + "E\tt2\tACKNOW");

        List<Operation> read = HistoryFile.read(List.of(file));

        assertThat(read).extracting(Operation::key).containsOnly("a\tkey");
        assertThat(read)
                .extracting(Operation::outcome)
                .containsExactlyInAnyOrder(Outcome.ACKNOWLEDGED, Outcome.UNKNOWN);
        assertThat(read).extracting(Operation::seen).containsExactlyInAnyOrder(null, "a value");
    }

    @Test
    void aValueThatIsUsedTwiceTellsNothing() {
        wrote("t1", null, "a").wrote("t2", "a", "a");

        assertThatThrownBy(() -> endingWith("a")).isInstanceOf(IllegalArgumentException.class);
    }
}
