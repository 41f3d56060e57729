package io.dualwrite.journal;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A journal in this process's memory, for stores that have none. It does not outlive the process: what it holds when the
 * process dies is forgotten. Never grows beyond {@value #ROWS_PER_RECORD} rows for each distinct record that differs: past
 * that, a record's newest row makes room for a still newer one, which calls for the same transfer. Thread-safe; blocks on
 * nothing but itself.
 */
public final class MemoryJournal implements Journal {
    static final int ROWS_PER_RECORD = 4;

    private final LongSupplier nanos;
    private final long begun;
    private final Map<RecordId, Entry> entries = new HashMap<>();
    /** Those of the entries that stand for ranges. */
    private final Set<RecordId> ranges = new LinkedHashSet<>();
    /** By id, and so by age. */
    private final TreeMap<Long, Row> rows = new TreeMap<>();
    /** Records that may be claimed, now or later; the quarantined are not among them. */
    private final TreeSet<Entry> due = new TreeSet<>(
            Comparator.<Entry>comparingLong(entry -> entry.dueAt).thenComparingLong(entry -> entry.number));

    private long lastNumber;
    private long quarantinedRows;

    private record Row(long id, RecordId record, long since) {}

    /** A record with rows; what is marked on one of its rows holds for all. */
    private static final class Entry {
        final RecordId record;
        final long number;
        final Deque<Row> rows = new ArrayDeque<>();
        long dueAt;
        int attempts;
        boolean quarantined;

        Entry(RecordId record, long number, long dueAt) {
            this.record = record;
            this.number = number;
            this.dueAt = dueAt;
        }
    }

    /** An empty journal on the machine's clock. */
    public MemoryJournal() {
        this(System::nanoTime);
    }

    /** An empty journal on a monotonic clock of nanoseconds. */
    public MemoryJournal(LongSupplier nanos) {
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    @Override
    public synchronized void append(Collection<RecordId> records) {
        long now = now();
        for (RecordId record : records) {
            Entry entry = entries.get(record);
            if (entry == null) {
                entry = new Entry(record, ++lastNumber, now);
                entries.put(record, entry);
                due.add(entry);
                if (record.isRange()) {
                    ranges.add(record);
                }
            } else if (entry.rows.size() == ROWS_PER_RECORD) {
                drop(entry, entry.rows.removeLast());
            }
            Row row = new Row(++lastNumber, record, now);
            entry.rows.addLast(row);
            rows.put(row.id, row);
            quarantinedRows += entry.quarantined ? 1 : 0;
        }
    }

    @Override
    public synchronized List<RecordId> claim(Claim claim) {
        long now = now();
        List<Entry> claimed = new ArrayList<>();
        for (Iterator<Entry> at = due.iterator(); at.hasNext() && claimed.size() < claim.max(); ) {
            Entry entry = at.next();
            if (entry.dueAt > now && !claim.urgent()) {
                break;
            }
            claimed.add(entry);
        }
        claimed.forEach(entry -> dueAt(entry, now + claim.lease().toNanos()));
        return claimed.stream().map(entry -> entry.record).toList();
    }

    @Override
    public synchronized List<Intent> seen(Collection<RecordId> records) {
        List<Intent> seen = new ArrayList<>();
        for (RecordId record : records) {
            Entry entry = entries.get(record);
            if (entry != null) {
                entry.rows.forEach(row -> seen.add(new Intent(row.id, record, entry.attempts, entry.quarantined)));
            }
        }
        return seen;
    }

    @Override
    public synchronized List<Intent> ranges(String type) {
        return seen(ranges.stream()
                .filter(range -> range.type().equals(type + RecordRange.MARK))
                .toList());
    }

    @Override
    public synchronized void remove(Collection<Intent> intents) {
        for (Intent intent : intents) {
            Row row = rows.get(intent.id());
            Entry entry = row == null ? null : entries.get(row.record);
            if (row != null && entry != null) {
                entry.rows.remove(row);
                drop(entry, row);
                removed(entry);
            }
        }
    }

    @Override
    public synchronized void postpone(Collection<RecordId> records, Postponement postponement) {
        for (RecordId record : records) {
            Entry entry = entries.get(record);
            if (entry != null) {
                entry.attempts += postponement.attempted() ? 1 : 0;
                quarantine(entry, postponement.quarantined());
                dueAt(entry, now() + postponement.delay().toNanos());
            }
        }
    }

    @Override
    public synchronized Backlog backlog() {
        Map.@Nullable Entry<Long, Row> oldest = rows.firstEntry();
        Duration age = oldest == null ? Duration.ZERO : Duration.ofNanos(now() - oldest.getValue().since);
        long rangeRows =
                ranges.stream().mapToLong(range -> seen(List.of(range)).size()).sum();
        return new Backlog(rows.size() - quarantinedRows, quarantinedRows, age, rangeRows);
    }

    /** What is left of a record after a transfer is later changes: nobody has leased or marked those. */
    private void removed(Entry entry) {
        Row oldest = entry.rows.peekFirst();
        if (oldest == null) {
            due.remove(entry);
            entries.remove(entry.record);
            ranges.remove(entry.record);
        } else {
            entry.attempts = 0;
            quarantine(entry, false);
            dueAt(entry, oldest.since);
        }
    }

    private void drop(Entry entry, Row row) {
        rows.remove(row.id);
        quarantinedRows -= entry.quarantined ? 1 : 0;
    }

    private void quarantine(Entry entry, boolean marked) {
        if (entry.quarantined != marked) {
            quarantinedRows += marked ? entry.rows.size() : -entry.rows.size();
            entry.quarantined = marked;
        }
    }

    /** A record's place among those due depends on the time, so that it is taken out before the time changes. */
    private void dueAt(Entry entry, long time) {
        due.remove(entry);
        entry.dueAt = time;
        if (!entry.quarantined) {
            due.add(entry);
        }
    }

    private long now() {
        return nanos.getAsLong() - begun;
    }
}
