package io.dualwrite.fence;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The control row and the fence of a store that has neither, in this process's memory: writes and transfers hold it shared,
 * a change takes it exclusively. Fair to changes: while one waits nobody new is let in. Fences nothing outside this process,
 * and forgets its row with it. Thread-safe.
 */
public final class LocalFence implements Control {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
    /** At the gate: threads with numbers that are apart by a multiple of this share one, and one of them goes the long way. */
    private static final int PLACES = 256;

    private final Pace pace;
    private final Duration lockTimeout;
    private final Gate gate;
    private final Set<Hold> holds = new LinkedHashSet<>();
    private Pace.@Nullable Deadline closing;
    private int changesWaiting;
    private ControlRow row;

    /**
     * @param first the row to begin with
     * @param lockTimeout how long a change waits for the holders before it gives way; 200 ms is usual
     * @param pace time and waiting
     */
    public LocalFence(ControlRow first, Duration lockTimeout, Pace pace) {
        this(first, lockTimeout, pace, new Gate(PLACES));
    }

    LocalFence(ControlRow first, Duration lockTimeout, Pace pace, Gate gate) {
        this.row = Objects.requireNonNull(first, "first");
        this.lockTimeout = Objects.requireNonNull(lockTimeout, "lockTimeout");
        this.pace = Objects.requireNonNull(pace, "pace");
        this.gate = gate;
        openWhereRight();
    }

    /** A share of the fence: the row stays as it is until this is closed. To be closed once, by any thread. */
    public final class Hold implements AutoCloseable {
        private final ControlRow held;
        private final String thread = Thread.currentThread().getName();
        private final long begun = pace.nanos();

        private Hold(ControlRow held) {
            this.held = held;
        }

        /** The row, which cannot change while this is open. */
        public ControlRow row() {
            return held;
        }

        @Override
        public void close() {
            release(this);
        }
    }

    /** Where calls pass that leave no intents; open while the row wants none and no change waits. */
    Gate gate() {
        return gate;
    }

    /** Whether the calling thread is in a call that passed the gate. */
    boolean isPassing() {
        return gate.isPassing();
    }

    /**
     * Takes a share of the fence where the row has the given role; waits no longer than one change takes.
     *
     * @return null, holding nothing, when the row has another role
     */
    public @Nullable Hold hold(Role role) throws InterruptedException {
        while (true) {
            synchronized (this) {
                if (row.role() != role) {
                    return null;
                }
                if (changesWaiting == 0 || isPassing()) {
                    Hold hold = new Hold(row);
                    holds.add(hold);
                    return hold;
                }
            }
            pace.pause(LOOK_AGAIN);
        }
    }

    private synchronized void release(Hold hold) {
        holds.remove(hold);
    }

    @Override
    public synchronized List<Holder> holders() {
        List<Holder> all = new ArrayList<>();
        for (Hold hold : holds) {
            Duration age = Duration.ofNanos(Math.max(0, pace.nanos() - hold.begun));
            all.add(new Holder("thread " + hold.thread, "", "", age));
        }
        for (Passage passing : gate.inFlight()) {
            Thread thread = passing.get();
            if (thread != null) {
                all.add(new Holder("thread " + thread.getName(), "", "", null));
            }
        }
        return all;
    }

    @Override
    public synchronized ControlRow read() {
        Duration remaining = closing == null ? null : closing.remaining();
        return new ControlRow(
                row.role(), row.stage(), row.handover(), row.version(), row.journalled(), row.generation(), remaining);
    }

    /**
     * As promised there. A call that passes counts itself and then looks whether the row still lets it pass; this stops
     * passing and then looks for counts. Neither waits for the other's processor, so this gives a count written in the
     * moment before a millisecond to arrive, which takes it nanoseconds. A call that were overlooked all the same finds at
     * its end that the row has changed.
     */
    @Override
    public @Nullable ControlRow change(ControlRow expected, ControlRow next) {
        Pace.Deadline patience = pace.in(lockTimeout);
        boolean passable = stopPassing();
        try {
            if (passable) {
                pace.pause(LOOK_AGAIN);
            }
            while (true) {
                synchronized (this) {
                    if (!isAsExpected(expected)) {
                        return null;
                    }
                    int inFlight = holds.size() + gate.inFlight().size();
                    if (inFlight == 0) {
                        replace(next);
                        return read();
                    }
                    if (patience.isOver()) {
                        throw new FenceBusyException(
                                inFlight + " calls in flight hold the fence for longer than " + lockTimeout, null);
                    }
                }
                pace.pause(LOOK_AGAIN);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FenceBusyException("Interrupted while waiting for the fence", interrupted);
        } finally {
            letPass();
        }
    }

    /** Whether anybody could have passed until now. */
    private synchronized boolean stopPassing() {
        changesWaiting++;
        gate.shut();
        return isPassable();
    }

    private synchronized void letPass() {
        changesWaiting--;
        openWhereRight();
    }

    private void openWhereRight() {
        if (changesWaiting == 0 && isPassable()) {
            gate.open(row);
        }
    }

    private boolean isPassable() {
        return row.role() == Role.AUTHORITY && !row.journalled();
    }

    private boolean isAsExpected(ControlRow expected) {
        return row.role() == expected.role()
                && row.handover() == expected.handover()
                && row.version() == expected.version();
    }

    private void replace(ControlRow next) {
        Duration budget = next.remaining();
        closing = budget == null ? null : pace.in(budget);
        row = new ControlRow(
                next.role(),
                next.stage(),
                next.handover(),
                row.version() + 1,
                next.journalled(),
                next.generation(),
                budget);
        gate.changed();
    }
}
