package io.dualwrite.journal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.RecordId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The journal in memory under the interleavings of a few calls by two threads: every call is atomic. */
class MemoryJournalInterleavingsTest {
    @Test
    void everyCallIsAtomic() {
        options().check(Calls.class);
    }

    @Test
    void aClaimThatLooksFirstAndLeasesThenIsCaught() {
        assertThatThrownBy(() -> options().check(LookThenLease.class)).isInstanceOf(LincheckAssertionError.class);
    }

    @Test
    void numbersGivenOutWithoutALockAreCaught() {
        assertThatThrownBy(() -> options().check(SharedNumbers.class)).isInstanceOf(LincheckAssertionError.class);
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(5)
                .invocationsPerIteration(25)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .minimizeFailedScenario(false);
    }

    private static RecordId id(int key) {
        return new RecordId("order", String.valueOf(key));
    }

    /** The calls of relays and writers, on few records. */
    @Param(name = "key", gen = IntGen.class, conf = "1:2")
    @Param(name = "number", gen = IntGen.class, conf = "1:6")
    public static class Calls {
        final Journal journal = new MemoryJournal(() -> 0);

        @Operation
        public void append(@Param(name = "key") int key) {
            journal.append(List.of(id(key)));
        }

        @Operation
        public String claimOne() {
            return keys(journal.claim(Claim.due(1, Duration.ofMinutes(1))));
        }

        @Operation
        public String seen(@Param(name = "key") int key) {
            StringBuilder numbers = new StringBuilder();
            for (Intent intent : journal.seen(List.of(id(key)))) {
                numbers.append(intent.id()).append(' ');
            }
            return numbers.toString();
        }

        @Operation
        public void remove(@Param(name = "number") int number) {
            journal.remove(List.of(new Intent(number, id(1), 0, false)));
        }

        @Operation
        public long open() {
            return journal.backlog().open();
        }

        static String keys(List<RecordId> records) {
            StringBuilder keys = new StringBuilder();
            for (RecordId record : records) {
                keys.append(record.key()).append(' ');
            }
            return keys.toString();
        }
    }

    /** Two relays may look before either has leased. */
    @Param(name = "key", gen = IntGen.class, conf = "1:2")
    public static class LookThenLease {
        private final List<Integer> due = new ArrayList<>();

        @Operation
        public synchronized void append(@Param(name = "key") int key) {
            if (!due.contains(key)) {
                due.add(key);
            }
        }

        @Operation
        public String claimOne() {
            Integer first;
            synchronized (this) {
                first = due.isEmpty() ? null : due.get(0);
            }
            synchronized (this) {
                due.remove(first);
            }
            return first == null ? "" : first.toString();
        }
    }

    /** Two writers may be given the same number. */
    public static class SharedNumbers {
        private final AtomicInteger last = new AtomicInteger();

        @Operation
        public int append() {
            int number = last.get() + 1;
            last.set(number);
            return number;
        }
    }
}
