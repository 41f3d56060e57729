package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One range of records being brought over, step by step: remember the range's rows in the journal, settle the copy, transfer
 * the keys that either side lists in the range, chunk by chunk, and forget exactly the rows remembered. May be dropped
 * between any two steps: the rows stay, and the range is brought over again.
 *
 * <p>Why it is right. Let W be the write that left one of the rows remembered; it had committed before the row was seen.
 * Settling waits for every transfer that may have read the authority before W. So a key that such a transfer wrote to the
 * copy is there by now, and is listed; without settling it could be written after the copy was listed, and nobody would
 * remove it. Whatever is transferred from then on reads the authority after W. A record that W changed or added is listed
 * on the authority, or was removed by a later write with an intent of its own; one that W removed is listed on the copy, or
 * is not there. Each listed key is transferred under its own lock, as always. So when the rows go, every record of the range
 * has been made as W left it on the authority, or as something later did.
 *
 * <p>Belongs to one thread at a time; see {@link #take}.
 */
final class RangeRun {
    /** So many records may refuse to go over before the rest of the range has to wait for them. */
    private static final int MOST_REFUSED = 1_000;

    private final RecordId id;
    private final RecordRange range;
    private final RecordType<?, ?> type;
    private final Side from;
    private final long mark;
    private final int largestChunk;
    private final Journal journal;
    private final Transfer transfer;
    private final Scan scan;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final Set<RecordId> refused = new LinkedHashSet<>();
    private final Deque<RecordId> again = new ArrayDeque<>();
    private List<Intent> rows = List.of();
    private @Nullable String cursor;
    private Set<RecordId> underWay = Set.of();
    private int chunk;
    private int attempts;
    private Fault lastFault = Fault.of(new IllegalStateException("Nothing was refused yet"));
    private boolean settled;
    private boolean exhausted;
    private boolean stuck;
    private boolean over;
    private boolean counts;
    private volatile Pace.@Nullable Deadline resting;
    private volatile long turn;

    /** {@code mark} is what the process had noted as pending before the range was claimed. */
    RangeRun(
            RecordId id,
            RecordType<?, ?> type,
            Side from,
            long mark,
            int largestChunk,
            Journal journal,
            Transfer transfer,
            Scan scan) {
        this.id = id;
        this.range = RecordRange.of(id);
        this.type = type;
        this.from = from;
        this.mark = mark;
        this.largestChunk = largestChunk;
        this.chunk = largestChunk;
        this.journal = journal;
        this.transfer = transfer;
        this.scan = scan;
    }

    RecordId id() {
        return id;
    }

    Side from() {
        return from;
    }

    long mark() {
        return mark;
    }

    /** True for one thread at a time, until it gives it back. */
    boolean take(long nextTurn) {
        boolean mine = taken.compareAndSet(false, true);
        if (mine) {
            turn = nextTurn;
        }
        return mine;
    }

    void giveBack() {
        taken.set(false);
    }

    /** Which turn was its last; the run with the lowest has waited longest. */
    long turn() {
        return turn;
    }

    void rest(Pace.Deadline until) {
        resting = until;
    }

    boolean isResting() {
        Pace.Deadline until = resting;
        return until != null && !until.isOver();
    }

    /** Whether somebody else has brought the range over meanwhile. */
    boolean isOvertaken() {
        return settled
                && journal.seen(Set.of(id)).stream()
                        .noneMatch(left -> rows.stream().anyMatch(row -> row.id() == left.id()));
    }

    /** Whether the range has been brought over. */
    boolean isOver() {
        return over;
    }

    /** Whether only records that refuse to go over are left. */
    boolean isStuck() {
        return stuck;
    }

    /** How many records the last step was about; 0 when it was about none. */
    int underWay() {
        return underWay.size();
    }

    /** One step. Returns how many records it has transferred. */
    int step() throws Exception {
        underWay = Set.of();
        if (!settled) {
            begin();
            return 0;
        }
        underWay = next();
        if (underWay.isEmpty()) {
            if (refused.isEmpty()) {
                finish();
            } else {
                stuck = true;
            }
            return 0;
        }
        transfer.transfer(from, underWay);
        counts = true;
        refused.removeAll(underWay);
        chunk = Math.min(largestChunk, chunk * 2);
        goOn();
        return underWay.size();
    }

    private void begin() throws Exception {
        rows = journal.seen(Set.of(id));
        if (rows.isEmpty()) {
            over = true;
            return;
        }
        attempts = rows.stream().mapToInt(Intent::attempts).max().orElse(0);
        transfer.settle(from);
        settled = true;
    }

    private void finish() {
        journal.remove(rows);
        over = true;
    }

    private Set<RecordId> next() throws Exception {
        RecordId first = again.peek();
        if (first != null) {
            return Set.of(first);
        }
        return exhausted || refused.size() >= MOST_REFUSED ? Set.of() : listed();
    }

    /** The lowest keys of both sides after the cursor; a full page hides what comes after it, so the union ends there. */
    private Set<RecordId> listed() throws Exception {
        TreeSet<String> union = new TreeSet<>(type::inKeyOrder);
        String after = cursor;
        if (after == null && range.first() != null) {
            // Lists come after a key, and the first one belongs to the range.
            after = range.first();
            union.add(after);
        }
        for (Side side : Side.values()) {
            union.addAll(scan.keysAfter(side, type.name(), after, chunk));
        }
        Set<RecordId> records = new LinkedHashSet<>();
        union.stream()
                .limit(chunk)
                .map(key -> new RecordId(type.name(), key))
                .filter(record -> type.isIn(range, record))
                .forEach(records::add);
        exhausted = records.isEmpty();
        return records;
    }

    private void goOn() {
        if (again.poll() == null) {
            underWay.forEach(record -> cursor = record.key());
        }
    }

    /** Its records were not taken: they are tried again in smaller chunks, and a single one is left for later. */
    void setAside(Fault why, boolean rejected) {
        lastFault = why;
        counts |= rejected;
        if (underWay.size() > 1) {
            chunk = Math.max(1, underWay.size() / 2);
        } else {
            refused.addAll(underWay);
            goOn();
        }
    }

    /** Why a record was last refused. */
    Fault lastFault() {
        return lastFault;
    }

    /** As many records were too many at once. */
    void makeSmaller() {
        chunk = Math.max(1, chunk / 2);
    }

    /**
     * Tries those that refused once more from the next step on. Returns the number of attempts that count so far, this one
     * included; 0 when this one does not count, since nothing else got through either.
     */
    int tryAgain() {
        again.addAll(refused);
        stuck = false;
        boolean counted = counts;
        counts = false;
        return counted ? ++attempts : 0;
    }
}
