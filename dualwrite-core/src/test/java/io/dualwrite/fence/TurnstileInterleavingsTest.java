package io.dualwrite.fence;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.RecordId;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Test;

/** The turnstile under the interleavings of two callers, and of a caller and a change. All records share one slot. */
class TurnstileInterleavingsTest {
    private static final int INTERLEAVINGS = 400;
    private static final int INTERLEAVINGS_OF_A_CHANGE = 2_000;
    private static final RecordId A = new RecordId("order", "a");
    private static final RecordId B = new RecordId("order", "b");

    @Test
    void ofTwoCallersForOneRecordOneIsInAtATime() {
        twoForOneRecord(() -> new Real());
    }

    @Test
    void whoIsInSeesNoChange() {
        callWhileItChanges(() -> new Real());
    }

    @Test
    void callersForDifferentRecordsDoNotPushEachOtherOut() {
        twoForTwoRecords(() -> new Real());
    }

    @Test
    void theSimpleVariantIsRightUntilItIsSpoilt() {
        twoForOneRecord(() -> new Simple());
        callWhileItChanges(() -> new Simple());
        twoForTwoRecords(() -> new Simple());
    }

    @Test
    void lookingForOthersBeforeGoingInIsCaught() {
        isCaught(() -> twoForOneRecord(() -> new Simple() {
            @Override
            public boolean tryEnter(RecordId record) {
                return !contains(record) && goIn(record);
            }
        }));
    }

    @Test
    void lookingIfItIsClosedBeforeGoingInIsCaught() {
        isCaught(() -> callWhileItChanges(() -> new Simple() {
            @Override
            public boolean tryEnter(RecordId record) {
                return !isClosed() && goIn(record);
            }
        }));
    }

    @Test
    void aListThatIsReplacedByAnOldOneIsCaught() {
        isCaught(() -> twoForTwoRecords(() -> new Simple() {
            @Override
            public boolean tryEnter(RecordId record) {
                Set<RecordId> seen = seen();
                seen.add(record);
                replaceBy(seen);
                return true;
            }
        }));
    }

    private static void twoForOneRecord(Supplier<Entrance> variant) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Entrance entrance = variant.get();
            Inside inside = new Inside();
            meanwhile(() -> inside.through(entrance, A), () -> inside.through(entrance, A));
            require(entrance.isEmpty());
        });
    }

    private static void twoForTwoRecords(Supplier<Entrance> variant) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Entrance entrance = variant.get();
            boolean[] in = new boolean[2];
            meanwhile(() -> in[0] = entrance.tryEnter(A), () -> in[1] = entrance.tryEnter(B));
            require(in[0] && in[1]);
            require(entrance.contains(A) && entrance.contains(B));
            meanwhile(() -> entrance.leave(A), () -> entrance.leave(B));
            require(entrance.isEmpty());
        });
    }

    private static void callWhileItChanges(Supplier<Entrance> variant) {
        Lincheck.runConcurrentTest(INTERLEAVINGS_OF_A_CHANGE, () -> {
            Entrance entrance = variant.get();
            Row row = new Row();
            meanwhile(() -> row.change(entrance), () -> row.call(entrance));
            require(entrance.isEmpty());
            require(entrance.tryEnter(A));
        });
    }

    private static void isCaught(Runnable check) {
        assertThatThrownBy(check::run).isInstanceOf(LincheckAssertionError.class);
    }

    private static void meanwhile(Runnable other, Runnable mine) {
        Thread thread = new Thread(other);
        thread.start();
        mine.run();
        try {
            thread.join();
        } catch (InterruptedException nobodyDoes) {
            throw new AssertionError(nobodyDoes);
        }
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new AssertionError("It does not hold");
        }
    }

    /** Counts who is in at a time. */
    private static final class Inside {
        private volatile int count;

        void through(Entrance entrance, RecordId record) {
            if (entrance.tryEnter(record)) {
                count++;
                require(count == 1);
                count--;
                entrance.leave(record);
            }
        }
    }

    /** What must stay as it is while a call is in. */
    private static final class Row {
        private volatile int version;

        void change(Entrance entrance) {
            entrance.close();
            if (entrance.isEmpty()) {
                version++;
            }
            entrance.open();
        }

        void call(Entrance entrance) {
            if (entrance.tryEnter(A)) {
                int before = version;
                require(version == before);
                entrance.leave(A);
            }
        }
    }

    /** What is tried of the real thing and of wrong variants. */
    private interface Entrance {
        boolean tryEnter(RecordId record);

        void leave(RecordId record);

        boolean contains(RecordId record);

        boolean isEmpty();

        void close();

        void open();
    }

    private static final class Real implements Entrance {
        private final Turnstile turnstile = new Turnstile(1);

        @Override
        public boolean tryEnter(RecordId record) {
            return turnstile.tryEnter(record);
        }

        @Override
        public void leave(RecordId record) {
            turnstile.leave(record);
        }

        @Override
        public boolean contains(RecordId record) {
            return turnstile.contains(record);
        }

        @Override
        public boolean isEmpty() {
            return turnstile.isEmpty();
        }

        @Override
        public void close() {
            turnstile.close();
        }

        @Override
        public void open() {
            turnstile.open();
        }
    }

    /** Right by itself; each wrong variant spoils the entering. */
    private static class Simple implements Entrance {
        private final Set<RecordId> inside = new HashSet<>();
        private boolean closed;

        @Override
        public synchronized boolean tryEnter(RecordId record) {
            return !isClosed() && !contains(record) && goIn(record);
        }

        @Override
        public synchronized void leave(RecordId record) {
            inside.remove(record);
        }

        @Override
        public synchronized boolean contains(RecordId record) {
            return inside.contains(record);
        }

        @Override
        public synchronized boolean isEmpty() {
            return inside.isEmpty();
        }

        @Override
        public synchronized void close() {
            closed = true;
        }

        @Override
        public synchronized void open() {
            closed = false;
        }

        synchronized boolean isClosed() {
            return closed;
        }

        synchronized boolean goIn(RecordId record) {
            inside.add(record);
            return true;
        }

        synchronized Set<RecordId> seen() {
            return new HashSet<>(inside);
        }

        synchronized void replaceBy(Set<RecordId> seen) {
            inside.clear();
            inside.addAll(seen);
        }
    }
}
