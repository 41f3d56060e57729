package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which records this process has changed and does not yet know to be on the copy. An aid to freshness, never to safety:
 * the journal alone decides what is transferred. Thread-safe; holds at most {@link #MOST} records, and past that calls
 * every record pending until it has been emptied.
 */
public final class Pending {
    /** How many records are remembered one by one. */
    static final int MOST = 100_000;

    private static final Duration MOST_FOR_WAKING_UP = Duration.ofMillis(5);

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition removed = lock.newCondition();
    private final Map<RecordId, Long> notedAs = new HashMap<>();
    /** Those of them that stand for ranges. */
    private final Set<RecordId> ranges = new HashSet<>();

    private long notes;
    private boolean overflowed;

    public Pending() {
        this(MOST);
    }

    /** With a bound of its own. */
    Pending(int most) {
        this.most = most;
    }

    /** Notes records whose intents have just been committed. */
    public void note(Collection<RecordId> records) {
        lock.lock();
        try {
            notes++;
            for (RecordId record : records) {
                if (notedAs.size() < most || notedAs.containsKey(record)) {
                    notedAs.put(record, notes);
                    if (record.isRange()) {
                        ranges.add(record);
                    }
                } else {
                    overflowed = true;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A mark: what was noted up to it had its intents committed before the mark was taken. */
    long mark() {
        lock.lock();
        try {
            return notes;
        } finally {
            lock.unlock();
        }
    }

    /** These records are on the copy as they were at the mark, or later. */
    void arrived(Collection<RecordId> records, long mark) {
        lock.lock();
        try {
            for (RecordId record : records) {
                Long noted = notedAs.get(record);
                if (noted != null && noted <= mark) {
                    notedAs.remove(record);
                    ranges.remove(record);
                }
            }
            removed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The journal was empty at some time after the mark was taken. */
    void allArrived(long mark) {
        lock.lock();
        try {
            notedAs.values().removeIf(noted -> noted <= mark);
            ranges.retainAll(notedAs.keySet());
            overflowed &= notes > mark;
            removed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Some of the records that are pending, to ask the journal about. */
    List<RecordId> some(int atMost) {
        lock.lock();
        try {
            return notedAs.keySet().stream().limit(atMost).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the copy may lack this process's last change of the record, or of any range of its type. */
    public boolean contains(RecordId record) {
        lock.lock();
        try {
            return overflowed || notedAs.containsKey(record) || isInRange(record);
        } finally {
            lock.unlock();
        }
    }

    private boolean isInRange(RecordId record) {
        return !ranges.isEmpty()
                && ranges.stream().anyMatch(range -> range.type().equals(record.type() + RecordRange.MARK));
    }

    /** How many records are pending; at least so many once it was too many to remember. */
    public int size() {
        lock.lock();
        try {
            return notedAs.size();
        } finally {
            lock.unlock();
        }
    }

    boolean isOverflowed() {
        lock.lock();
        try {
            return overflowed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until none of these is pending. False when the budget is as good as over, or the thread was interrupted (flag kept). */
    public boolean await(Collection<RecordId> records, Duration budget) {
        // Waking up takes a moment too, and is to be within the budget.
        long left = budget.toNanos() - Math.min(budget.toNanos() / 10, MOST_FOR_WAKING_UP.toNanos());
        lock.lock();
        try {
            while (overflowed || records.stream().anyMatch(notedAs::containsKey)) {
                if (left <= 0) {
                    return false;
                }
                left = removed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
