package io.dualwrite.journal;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls that the authority has taken and the copy has not, in their order for each record, each with an intent in the
 * journal. A record's first call that does not get through keeps its later ones waiting: so the copy's record always is as
 * the authority's was at some time. Where too many wait, they are dropped, all of the record's: a gap would make of the
 * copy's record something that never was. What was dropped stays an open intent until somebody settles it.
 *
 * <p>In memory, and gone with the process. Thread-safe; never blocks but for the journal.
 */
public final class OpenCalls {
    private final Sides<Journal> journals;
    private final int mostOfRecord;
    private final int most;
    private final boolean repaired;
    private final Told told;
    private final Map<RecordId, Queue> queues = new HashMap<>();
    private int kept;
    private long numbers;
    private volatile boolean empty = true;

    /** Makes a call on a side. */
    @FunctionalInterface
    public interface Invocation {
        void on(Side side) throws Exception;
    }

    /** Is told of each record that has missed a call for good; outside any lock. */
    @FunctionalInterface
    public interface Told {
        void missed(RecordId record, String operation, String reason);
    }

    /** A call that waits for its turn on the copy. */
    public static final class Call {
        private final long number;
        private final Set<RecordId> records;
        private final String operation;
        private final Invocation invocation;
        private boolean running;

        Call(long number, Set<RecordId> records, String operation, Invocation invocation) {
            this.number = number;
            this.records = records;
            this.operation = operation;
            this.invocation = invocation;
        }

        public String operation() {
            return operation;
        }

        public Set<RecordId> records() {
            return records;
        }

        public void on(Side side) throws Exception {
            invocation.on(side);
        }
    }

    /** What is open of one record. */
    private static final class Queue {
        private final Deque<Call> calls = new ArrayDeque<>();
        private String operation = "";
        private String reason = "";
        private long changes;
        private int droppedCalls;
        private boolean dropped;
    }

    /**
     * @param journals where the intents are kept
     * @param mostOfRecord how many calls of one record wait at most
     * @param most how many calls wait at most
     * @param repaired whether somebody brings records up to date that have missed calls; otherwise they are quarantined
     * @param told of records that have missed a call
     */
    public OpenCalls(Sides<Journal> journals, int mostOfRecord, int most, boolean repaired, Told told) {
        this.journals = journals;
        this.mostOfRecord = mostOfRecord;
        this.most = most;
        this.repaired = repaired;
        this.told = told;
    }

    /** Whether the copy has missed nothing. */
    public boolean isEmpty() {
        return empty;
    }

    /** Whether one of these records has calls that the copy has not taken. */
    public synchronized boolean isOpen(Collection<RecordId> records) {
        return records.stream().anyMatch(queues::containsKey);
    }

    /** Keeps a call that the authority has taken, behind the earlier ones of its records; drops it where that is too much. */
    public void add(Side authority, Collection<RecordId> changed, String operation, Invocation invocation) {
        Set<RecordId> records = new LinkedHashSet<>(changed);
        synchronized (this) {
            boolean fits = kept < most
                    && records.stream()
                            .map(queues::get)
                            .allMatch(queue -> queue == null || (!queue.dropped && queue.calls.size() < mostOfRecord));
            if (fits) {
                Call call = new Call(++numbers, records, operation, invocation);
                for (RecordId record : records) {
                    Queue queue = queue(record);
                    queue.changes++;
                    queue.calls.addLast(call);
                }
                kept++;
                // After the call was put down: whoever sees the intent finds the call.
                journals.of(authority).append(records);
                return;
            }
        }
        drop(authority, records, operation, "too many calls wait for the copy");
    }

    /** The copy will not get a call that was made and changed these records, nor what waits or comes behind it. */
    public void drop(Side authority, Collection<RecordId> records, String operation, String reason) {
        drop(authority, records, operation, reason, 1);
    }

    /** The copy will not get this call, which was begun, nor what waits or comes behind it. */
    public void giveUp(Side authority, Call call, String reason) {
        drop(authority, call.records, call.operation, reason, 0);
    }

    private void drop(Side authority, Collection<RecordId> records, String operation, String reason, int more) {
        Set<RecordId> dropped = new LinkedHashSet<>();
        synchronized (this) {
            records.forEach(record -> drop(record, operation, reason, dropped));
            for (RecordId record : records) {
                Queue queue = queue(record);
                queue.changes++;
                queue.droppedCalls += more;
            }
            Set<RecordId> all = new LinkedHashSet<>(records);
            all.addAll(dropped);
            opened(authority, all);
        }
        dropped.forEach(record -> told.missed(record, operation, reason));
    }

    private void opened(Side authority, Set<RecordId> records) {
        journals.of(authority).append(records);
        if (!repaired) {
            journals.of(authority).postpone(records, Postponement.quarantine());
        }
    }

    /** Forgets everything: nobody follows any more. */
    public synchronized void clear() {
        for (Side side : Side.values()) {
            Journal journal = journals.of(side);
            journal.remove(journal.seen(queues.keySet()));
        }
        queues.clear();
        kept = 0;
        empty = true;
    }

    /** A call that changes several records is missing for all of them. */
    private void drop(RecordId record, String operation, String reason, Set<RecordId> dropped) {
        Queue queue = queue(record);
        if (queue.dropped) {
            return;
        }
        queue.dropped = true;
        dropped.add(record);
        List<Call> calls = new ArrayList<>(queue.calls);
        if (queue.operation.isEmpty()) {
            queue.operation = calls.isEmpty() ? operation : calls.get(0).operation;
        }
        queue.reason = reason;
        queue.changes++;
        queue.droppedCalls += calls.size();
        queue.calls.clear();
        for (Call call : calls) {
            kept -= call.records.iterator().next().equals(record) ? 1 : 0;
            call.records.forEach(other -> drop(other, operation, reason, dropped));
        }
    }

    /** The number of the last call that was added. */
    public synchronized long last() {
        return numbers;
    }

    /**
     * Begins the next call that has to be made for this record's sake, one that another record's order asks for first among
     * them; to be ended by {@link #done} or {@link #failed}.
     *
     * @param upTo the number of the last call to be made
     * @return null when there is none
     * @throws CallInProgressException when it, or one before it, is in progress
     */
    public synchronized @Nullable Call begin(RecordId record, long upTo) throws CallInProgressException {
        Queue queue = queues.get(record);
        Call first = queue == null ? null : queue.calls.peekFirst();
        if (first == null || first.number > upTo) {
            return null;
        }
        Call next = first;
        Call before = earlier(next);
        while (before != next) {
            next = before;
            before = earlier(next);
        }
        if (next.running) {
            throw new CallInProgressException();
        }
        next.running = true;
        return next;
    }

    /** The oldest call that waits before this one, or this one when it is nobody's second. */
    private Call earlier(Call call) {
        Call earliest = call;
        for (RecordId record : call.records) {
            Queue queue = queues.get(record);
            Call first = queue == null ? null : queue.calls.peekFirst();
            if (first != null && first.number < earliest.number) {
                earliest = first;
            }
        }
        return earliest;
    }

    /** The copy has taken the call. */
    public synchronized void done(Call call) {
        call.running = false;
        boolean counted = false;
        for (RecordId record : call.records) {
            Queue queue = queues.get(record);
            if (queue != null && queue.calls.peekFirst() == call) {
                queue.calls.removeFirst();
                queue.changes++;
                queue.operation = "";
                queue.reason = "";
                counted = true;
                forgetIfEmpty(record, queue);
            }
        }
        kept -= counted ? 1 : 0;
    }

    /** The copy has not taken the call, or nobody knows; it stays the first. */
    public synchronized void failed(Call call, String reason) {
        call.running = false;
        for (RecordId record : call.records) {
            Queue queue = queues.get(record);
            if (queue != null && queue.calls.peekFirst() == call) {
                queue.operation = call.operation;
                queue.reason = reason;
            }
        }
    }

    /** Whether calls of this record were dropped. */
    public synchronized boolean isDropped(RecordId record) {
        Queue queue = queues.get(record);
        return queue != null && queue.dropped;
    }

    /** The state of one record; null when the copy has missed nothing of it. */
    public synchronized @Nullable Missed missed(RecordId record) {
        Queue queue = queues.get(record);
        return queue == null ? null : missed(record, queue);
    }

    /** Every record with a call that has failed or was dropped. */
    public synchronized List<Missed> missed() {
        List<Missed> missed = new ArrayList<>();
        queues.forEach((record, queue) -> {
            if (!queue.operation.isEmpty()) {
                missed.add(missed(record, queue));
            }
        });
        return missed;
    }

    private static Missed missed(RecordId record, Queue queue) {
        int calls = queue.dropped ? queue.droppedCalls : queue.calls.size();
        return new Missed(record, queue.operation, calls, queue.dropped, queue.reason, queue.changes);
    }

    /**
     * Forgets what the copy has missed of a record, since it was brought up to date otherwise; its intents go. To be called
     * while no call that changes the record is in flight.
     *
     * @return false, and nothing has changed, when the record is not as it was listed, or a call to the copy is in progress
     */
    public boolean settle(Side authority, Missed listed) {
        Set<RecordId> dropped = new LinkedHashSet<>();
        synchronized (this) {
            Queue queue = queues.get(listed.record());
            if (queue == null || queue.changes != listed.changes()) {
                return false;
            }
            if (queue.calls.stream().anyMatch(call -> call.running)) {
                return false;
            }
            // Other records of a call that is not made now have missed it.
            drop(listed.record(), queue.operation, "settled for another record only", dropped);
            dropped.remove(listed.record());
            if (!dropped.isEmpty()) {
                opened(authority, dropped);
            }
            queues.remove(listed.record());
            empty = queues.isEmpty();
            Journal journal = journals.of(authority);
            journal.remove(journal.seen(List.of(listed.record())));
        }
        dropped.forEach(record -> told.missed(record, listed.operation(), "settled for another record only"));
        return true;
    }

    private Queue queue(RecordId record) {
        empty = false;
        return queues.computeIfAbsent(record, any -> new Queue());
    }

    private void forgetIfEmpty(RecordId record, Queue queue) {
        if (queue.calls.isEmpty() && !queue.dropped) {
            queues.remove(record);
            empty = queues.isEmpty();
        }
    }
}
