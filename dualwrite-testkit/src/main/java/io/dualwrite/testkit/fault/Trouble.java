package io.dualwrite.testkit.fault;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A plan of what goes wrong at which call, counted from 1 over everything that asks this plan. Thread-safe. A call that
 * hangs does so, uninterrupted by anything but an interrupt, until {@link #release()}.
 */
public final class Trouble {
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, Supplier<? extends Throwable>> failures = new ConcurrentHashMap<>();
    private final Map<Integer, CountDownLatch> hangs = new ConcurrentHashMap<>();
    private final AtomicInteger hanging = new AtomicInteger();
    private volatile @Nullable Supplier<? extends Throwable> always;

    /** The n-th call from now on fails with this, be it an exception or an Error. */
    public Trouble failOn(int nth, Supplier<? extends Throwable> failure) {
        failures.put(calls.get() + nth, failure);
        return this;
    }

    /** The n-th call from now on hangs until released. */
    public Trouble hangOn(int nth) {
        hangs.put(calls.get() + nth, new CountDownLatch(1));
        return this;
    }

    /** Every call fails with this until {@link #heal()}. */
    public Trouble failAlways(Supplier<? extends Throwable> failure) {
        always = failure;
        return this;
    }

    /** Nothing goes wrong any more; what hangs goes on. */
    public void heal() {
        always = null;
        failures.clear();
        release();
    }

    /** Lets every call go on that hangs or was going to. */
    public void release() {
        hangs.values().forEach(CountDownLatch::countDown);
        hangs.clear();
    }

    /** How many calls there were. */
    public int calls() {
        return calls.get();
    }

    /** How many calls hang now. */
    public int hanging() {
        return hanging.get();
    }

    /** Counts a call and lets it fail, hang or pass. Returns its number. */
    public int call() throws Exception {
        int number = calls.incrementAndGet();
        CountDownLatch hang = hangs.get(number);
        if (hang != null) {
            hanging.incrementAndGet();
            try {
                hang.await();
            } finally {
                hanging.decrementAndGet();
            }
        }
        Supplier<? extends Throwable> failure = failures.getOrDefault(number, always);
        if (failure != null) {
            fail(failure.get());
        }
        return number;
    }

    private static void fail(Throwable thrown) throws Exception {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof Exception exception) {
            throw exception;
        }
        throw new IllegalStateException(thrown);
    }
}
