package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.SqlStatement.Isolation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A transaction of a simulated database: what it holds, and how what it wrote is taken back. */
final class StoreTransaction {
    private static final long NONE = -1;

    final Instant begun;
    Isolation isolation;
    boolean readOnly;
    /** Whether a statement failed, so that nothing but going back is accepted. */
    boolean failed;

    private final List<Runnable> undo = new ArrayList<>();
    private final List<StoreLocks.Hold> holds = new ArrayList<>();
    private long snapshot = NONE;
    private long committedAt;
    private boolean over;
    private StoreLocks.@Nullable Wait waiting;
    private StoreLocks.@Nullable Lock waitingFor;

    StoreTransaction(Instant begun, Isolation isolation) {
        this.begun = begun;
        this.isolation = isolation;
    }

    /** A point to go back to. */
    record Mark(int undone, int held) {}

    Mark mark() {
        return new Mark(undo.size(), holds.size());
    }

    void undo(Runnable step) {
        undo.add(step);
    }

    void held(StoreLocks.Hold hold) {
        holds.add(hold);
    }

    boolean isCommitted() {
        return committedAt > 0;
    }

    long committedAt() {
        return committedAt;
    }

    boolean isOver() {
        return over;
    }

    boolean hasWritten() {
        return !undo.isEmpty();
    }

    boolean hasSnapshot() {
        return snapshot != NONE;
    }

    /** The state that the statement about to run sees, {@code latest} being the newest there is. */
    long snapshot(long latest) {
        if (snapshot == NONE || !isolation.isOneSnapshot()) {
            snapshot = latest;
        }
        return snapshot;
    }

    /** The oldest state that it may look at again. */
    long horizon() {
        return snapshot == NONE ? Long.MAX_VALUE : snapshot;
    }

    StoreLocks.@Nullable Wait waiting() {
        return waiting;
    }

    StoreLocks.@Nullable Lock waitingFor() {
        return waitingFor;
    }

    void waits(StoreLocks.@Nullable Wait wait, StoreLocks.@Nullable Lock lock) {
        waiting = wait;
        waitingFor = lock;
    }

    void commit(long number) {
        committedAt = number;
        end();
    }

    /** Takes everything back. */
    void rollBack() {
        goBack(new Mark(0, 0));
        end();
    }

    /** Takes back what was written, and gives up what was locked, since then. */
    void goBack(Mark mark) {
        for (int at = undo.size() - 1; at >= mark.undone; at--) {
            undo.remove(at).run();
        }
        for (int at = holds.size() - 1; at >= mark.held; at--) {
            StoreLocks.Hold hold = holds.remove(at);
            hold.lock().release(hold);
        }
    }

    private void end() {
        over = true;
        StoreLocks.Lock left = waitingFor;
        StoreLocks.Wait wait = waiting;
        if (left != null && wait != null) {
            left.leave(wait);
        }
        waits(null, null);
        for (int at = holds.size() - 1; at >= 0; at--) {
            StoreLocks.Hold hold = holds.remove(at);
            hold.lock().release(hold);
        }
        undo.clear();
        snapshot = NONE;
    }
}
