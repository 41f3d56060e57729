package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.repair.Scan.Print;
import io.dualwrite.repair.Scan.Prints;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PrintsAheadTest {
    private static final String NAME = "dualwrite-test-reading";

    private final Numbers numbers = new Numbers();

    /** So many prints, whoever reads them. */
    private static final class Numbers implements Prints {
        private final AtomicInteger given = new AtomicInteger();
        private final Set<String> readers = ConcurrentHashMap.newKeySet();
        private final CountDownLatch far = new CountDownLatch(1);
        private volatile boolean closed;
        private int count = Integer.MAX_VALUE;
        private int failsAt = -1;

        @Override
        public boolean hasNext() {
            if (given.get() == failsAt) {
                throw new IllegalStateException("broken");
            }
            return given.get() < count;
        }

        @Override
        public Print next() {
            readers.add(Thread.currentThread().getName());
            int number = given.incrementAndGet();
            if (number == 1_000) {
                far.countDown();
            }
            return new Print(String.valueOf(number), "x");
        }

        @Override
        public void close() {
            assertThat(threads()).as("nobody reads any more").isEmpty();
            closed = true;
        }
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(NAME))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 99, 100, 101, 349, 350, 351, 5_000})
    void allComeInOrderHoweverManyThereAre(int count) {
        numbers.count = count;
        List<String> keys = new ArrayList<>();
        try (Prints ahead = new PrintsAhead(numbers, 100, NAME)) {
            ahead.forEachRemaining(print -> keys.add(print.key()));
            assertThat(ahead.hasNext()).isFalse();
        }
        assertThat(keys).hasSize(count);
        for (int at = 0; at < count; at++) {
            assertThat(keys.get(at)).isEqualTo(String.valueOf(at + 1));
        }
        assertThat(numbers.readers.contains(NAME)).isEqualTo(count > 100);
        assertThat(numbers.closed).isTrue();
    }

    @Test
    void aFailureComesAfterWhatWasReadBefore() {
        numbers.failsAt = 700;
        try (Prints ahead = new PrintsAhead(numbers, 100, NAME)) {
            List<String> keys = new ArrayList<>();
            assertThatThrownBy(() -> ahead.forEachRemaining(print -> keys.add(print.key())))
                    .hasMessage("broken");
            assertThat(keys).hasSizeBetween(600, 700);
        }
        assertThat(numbers.closed).isTrue();
    }

    @Test
    void itReadsNotFarAheadAndEndsWhenItIsClosed() throws Exception {
        try (Prints ahead = new PrintsAhead(numbers, 1, NAME)) {
            ahead.next();
            ahead.next();
            numbers.far.await();
            assertThat(threads()).singleElement().matches(Thread::isDaemon);
        }
        assertThat(numbers.given.get()).as("some blocks, and no more").isLessThan(3_000);
        assertThat(threads()).isEmpty();
        assertThat(numbers.closed).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        CountDownLatch never = new CountDownLatch(1);
        Prints slow = new Prints() {
            @Override
            public boolean hasNext() {
                try {
                    never.await();
                } catch (InterruptedException unexpected) {
                    throw new AssertionError(unexpected);
                }
                return false;
            }

            @Override
            public Print next() {
                throw new AssertionError("there is none");
            }

            @Override
            public void close() {}
        };
        Prints ahead = new PrintsAhead(slow, 0, NAME);
        Thread.currentThread().interrupt();
        assertThatThrownBy(ahead::hasNext).isInstanceOf(IllegalStateException.class);
        assertThat(Thread.interrupted()).isTrue();
        never.countDown();
        ahead.close();
        assertThat(threads()).isEmpty();
    }
}
