package io.dualwrite.fence;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import java.time.Duration;
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

    private final Pace pace;
    private final Duration lockTimeout;
    private ControlRow row;
    private Pace.@Nullable Deadline closing;
    private final Set<Hold> holds = new LinkedHashSet<>();
    private int changesWaiting;

    /**
     * @param first the row to begin with
     * @param lockTimeout how long a change waits for the holders before it gives way; 200 ms is usual
     * @param pace time and waiting
     */
    public LocalFence(ControlRow first, Duration lockTimeout, Pace pace) {
        this.row = Objects.requireNonNull(first, "first");
        this.lockTimeout = Objects.requireNonNull(lockTimeout, "lockTimeout");
        this.pace = Objects.requireNonNull(pace, "pace");
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
                if (changesWaiting == 0) {
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
        return holds.stream()
                .map(hold -> new Holder(
                        "thread " + hold.thread, "", "", Duration.ofNanos(Math.max(0, pace.nanos() - hold.begun))))
                .toList();
    }

    @Override
    public synchronized ControlRow read() {
        Duration remaining = closing == null ? null : closing.remaining();
        return new ControlRow(
                row.role(), row.stage(), row.handover(), row.version(), row.journalled(), row.generation(), remaining);
    }

    @Override
    public @Nullable ControlRow change(ControlRow expected, ControlRow next) {
        Pace.Deadline patience = pace.in(lockTimeout);
        waiting(1);
        try {
            while (true) {
                synchronized (this) {
                    if (!isAsExpected(expected)) {
                        return null;
                    }
                    if (holds.isEmpty()) {
                        replace(next);
                        return read();
                    }
                    if (patience.isOver()) {
                        throw new FenceBusyException(
                                holds.size() + " calls in flight hold the fence for longer than " + lockTimeout, null);
                    }
                }
                pace.pause(LOOK_AGAIN);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FenceBusyException("Interrupted while waiting for the fence", interrupted);
        } finally {
            waiting(-1);
        }
    }

    private synchronized void waiting(int more) {
        changesWaiting += more;
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
    }
}
