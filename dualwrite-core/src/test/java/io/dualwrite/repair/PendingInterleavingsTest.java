package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.RecordId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Test;

/** What is pending, under the interleavings of two threads: the bound holds and nothing is forgotten. */
class PendingInterleavingsTest {
    private static final int MOST = 2;
    private static final int INTERLEAVINGS = 40;
    private static final RecordId A = new RecordId("order", "a");
    private static final RecordId B = new RecordId("order", "b");
    private static final RecordId C = new RecordId("order", "c");

    @Test
    void noMoreThanTheBoundAreRememberedAndNoneIsForgotten() {
        noteTwoWhereOneFits(() -> new Real());
    }

    @Test
    void whatIsNotedBetweenMarkAndArrivalStaysPending() {
        noteWhileItArrives(() -> new Real());
    }

    @Test
    void theSimpleVariantIsRightUntilItIsSpoilt() {
        noteTwoWhereOneFits(() -> new Simple());
        noteWhileItArrives(() -> new Simple());
    }

    @Test
    void aMemoryWithoutABoundIsCaught() {
        isCaught(() -> noteTwoWhereOneFits(() -> new Simple() {
            @Override
            public synchronized void note(RecordId record) {
                noted.put(record, ++notes);
            }
        }));
    }

    @Test
    void aBoundThatIsCheckedBeforeTheLockIsTakenIsCaught() {
        isCaught(() -> noteTwoWhereOneFits(() -> new Simple() {
            @Override
            public void note(RecordId record) {
                boolean fits = size() < MOST;
                synchronized (this) {
                    if (fits) {
                        noted.put(record, ++notes);
                    } else {
                        overflowed = true;
                    }
                }
            }
        }));
    }

    @Test
    void anArrivalThatForgetsWhatWasNotedAfterItsMarkIsCaught() {
        isCaught(() -> noteWhileItArrives(() -> new Simple() {
            @Override
            public synchronized void arrived(RecordId record, long mark) {
                noted.remove(record);
            }
        }));
    }

    private static void noteTwoWhereOneFits(Supplier<Calls> variant) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Calls pending = variant.get();
            pending.note(A);
            meanwhile(() -> pending.note(B), () -> pending.note(C));
            require(pending.size() <= MOST);
            require(pending.contains(A) && pending.contains(B) && pending.contains(C));
        });
    }

    private static void noteWhileItArrives(Supplier<Calls> variant) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Calls pending = variant.get();
            pending.note(A);
            long mark = pending.mark();
            meanwhile(() -> pending.note(A), () -> pending.arrived(A, mark));
            require(pending.contains(A));
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

    /** What is tried of the real thing and of wrong variants. */
    private interface Calls {
        void note(RecordId record);

        long mark();

        void arrived(RecordId record, long mark);

        boolean contains(RecordId record);

        int size();
    }

    private static final class Real implements Calls {
        private final Pending pending = new Pending(MOST);

        @Override
        public void note(RecordId record) {
            pending.note(List.of(record));
        }

        @Override
        public long mark() {
            return pending.mark();
        }

        @Override
        public void arrived(RecordId record, long mark) {
            pending.arrived(List.of(record), mark);
        }

        @Override
        public boolean contains(RecordId record) {
            return pending.contains(record);
        }

        @Override
        public int size() {
            return pending.some(10).size();
        }
    }

    /** Right by itself; each wrong variant spoils one of its calls. */
    private static class Simple implements Calls {
        final Map<RecordId, Long> noted = new HashMap<>();
        long notes;
        boolean overflowed;

        @Override
        public synchronized void note(RecordId record) {
            if (noted.size() < MOST || noted.containsKey(record)) {
                noted.put(record, ++notes);
            } else {
                overflowed = true;
            }
        }

        @Override
        public synchronized long mark() {
            return notes;
        }

        @Override
        public synchronized void arrived(RecordId record, long mark) {
            if (noted.getOrDefault(record, Long.MAX_VALUE) <= mark) {
                noted.remove(record);
            }
        }

        @Override
        public synchronized boolean contains(RecordId record) {
            return overflowed || noted.containsKey(record);
        }

        @Override
        public synchronized int size() {
            return noted.size();
        }
    }
}
