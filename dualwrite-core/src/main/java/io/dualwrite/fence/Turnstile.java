package io.dualwrite.fence;

import io.dualwrite.stage.RecordId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls in, one at a time for each record, and for a change of the authority keeps new ones out until all have left.
 * Entering and leaving cost one compare-and-set each while nobody is in the way. Thread-safe; not reentrant.
 *
 * <p>Whoever is in stands in a list of its slot, by its record. The lists are immutable and replaced as a whole, so that
 * looking needs no lock. A closing and an entering cannot miss each other: whoever enters puts itself on the list and then
 * looks whether it is closed; whoever closes says so and then looks at the lists.
 */
final class Turnstile {
    private static final int SLOTS = 1024;
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final AtomicReferenceArray<@Nullable Inside> slots;
    /** How many threads wait at each slot for somebody to leave. */
    private final AtomicIntegerArray waiting;

    private final Object[] monitors;
    private final AtomicInteger closings = new AtomicInteger();

    /** Somebody who is in, and the others of the same slot. */
    private static final class Inside {
        private final RecordId record;
        private final Thread thread;
        private final @Nullable Inside next;

        Inside(RecordId record, Thread thread, @Nullable Inside next) {
            this.record = record;
            this.thread = thread;
            this.next = next;
        }
    }

    Turnstile() {
        this(SLOTS);
    }

    /** With so many slots, a power of two. */
    Turnstile(int size) {
        slots = new AtomicReferenceArray<>(size);
        waiting = new AtomicIntegerArray(size);
        monitors = new Object[size];
        for (int slot = 0; slot < size; slot++) {
            monitors[slot] = new Object();
        }
    }

    /** Goes in for this record; false, being outside, when it is closed or somebody is in for the same record. */
    boolean tryEnter(RecordId record) {
        int slot = slot(record);
        while (true) {
            Inside first = slots.get(slot);
            if (first != null && isIn(first, record)) {
                return false;
            }
            if (slots.compareAndSet(slot, first, new Inside(record, Thread.currentThread(), first))) {
                // After having been put on the list: a closing that is not seen here sees the list.
                if (closings.get() == 0) {
                    return true;
                }
                leave(record);
                return false;
            }
        }
    }

    /** Waits a moment for whoever is in for this record to leave; returns early when somebody does. */
    void awaitLeaving(RecordId record) throws InterruptedException {
        int slot = slot(record);
        synchronized (monitors[slot]) {
            waiting.incrementAndGet(slot);
            try {
                if (contains(record)) {
                    TimeUnit.MILLISECONDS.timedWait(monitors[slot], LOOK_AGAIN_MILLIS);
                }
            } finally {
                waiting.decrementAndGet(slot);
            }
        }
    }

    /** Goes out again; to be called once by whoever went in. */
    void leave(RecordId record) {
        int slot = slot(record);
        Inside first;
        do {
            first = slots.get(slot);
        } while (!slots.compareAndSet(slot, first, without(first, record)));
        if (waiting.get(slot) > 0) {
            synchronized (monitors[slot]) {
                monitors[slot].notifyAll();
            }
        }
    }

    /** Whether somebody is in for this record. */
    boolean contains(RecordId record) {
        Inside first = slots.get(slot(record));
        return first != null && isIn(first, record);
    }

    boolean isClosed() {
        return closings.get() > 0;
    }

    /** Lets nobody in any more until {@link #open} has been called as often as this. */
    void close() {
        closings.incrementAndGet();
    }

    void open() {
        closings.decrementAndGet();
    }

    boolean isEmpty() {
        for (int slot = 0; slot < slots.length(); slot++) {
            if (slots.get(slot) != null) {
                return false;
            }
        }
        return true;
    }

    /** Whoever is in now. */
    List<Holder> holders() {
        List<Holder> holders = new ArrayList<>();
        for (int slot = 0; slot < slots.length(); slot++) {
            for (Inside at = slots.get(slot); at != null; at = at.next) {
                holders.add(new Holder("thread " + at.thread.getName(), "", "", null));
            }
        }
        return holders;
    }

    private static boolean isIn(Inside first, RecordId record) {
        for (Inside at = first; at != null; at = at.next) {
            if (at.record.equals(record)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Inside without(@Nullable Inside first, RecordId record) {
        if (first == null || first.record.equals(record)) {
            return first == null ? null : first.next;
        }
        return new Inside(first.record, first.thread, without(first.next, record));
    }

    private int slot(RecordId record) {
        int hash = record.hashCode();
        return (hash ^ hash >>> 16 ^ hash >>> 8) & slots.length() - 1;
    }
}
