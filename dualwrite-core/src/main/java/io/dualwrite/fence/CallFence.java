package io.dualwrite.fence;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.WritePlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The control rows and the fence of two sides that can only be called, in this process's memory. Calls to the authority go
 * in at a turnstile, one at a time for each record; calls to the copy that are made later hold the copy's row. A change of
 * either row waits for all of them. Fences nothing outside this process, and forgets its rows with it. Thread-safe.
 */
public final class CallFence {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

    private final Sides<LocalFence> rows;
    private final Sides<Control> controls = Sides.each(Row::new);
    private final Turnstile turnstile = new Turnstile();
    private final Duration lockTimeout;
    private final Pace pace;
    private final Runnable onJournalOff;
    private final ThreadLocal<Here> here = ThreadLocal.withInitial(Here::new);
    private volatile Standing standing;

    /**
     * What both rows say, worked out once for each change.
     *
     * @param view the rows
     * @param authority the side that has the authority, or null while it is handed over
     * @param write what the stage does with a write
     */
    public record Standing(ControlView view, @Nullable Side authority, WritePlan write) {
        Standing(ControlView view) {
            this(view, view.authority(), view.stage().write());
        }

        /** The authority, where there must be one. */
        public Side side() {
            return Objects.requireNonNull(authority, "authority");
        }
    }

    /** Where a thread is; one for each thread and never replaced, since going there and back must be cheap. */
    public static final class Here {
        private @Nullable Side side;

        private Here() {}

        /** The side that the thread's call in progress is on, or null. */
        public @Nullable Side side() {
            return side;
        }

        /** Makes the call on that side; what it calls in turn stays there. To be called by the thread itself. */
        public <T extends @Nullable Object> T on(Side other, Transactions.Reading<T> call) throws Exception {
            Side before = side;
            side = other;
            try {
                return call.on(other);
            } finally {
                side = before;
            }
        }
    }

    /**
     * @param first the rows to begin with
     * @param lockTimeout how long a change waits for calls in flight before it gives way; 200 ms is usual
     * @param pace time and waiting
     * @param onJournalOff called when no copy follows any more, while no call to the authority is in flight
     */
    public CallFence(Sides<ControlRow> first, Duration lockTimeout, Pace pace, Runnable onJournalOff) {
        this.onJournalOff = onJournalOff;
        this.rows = Sides.each(side -> new LocalFence(first.of(side), lockTimeout, pace));
        this.standing = new Standing(new ControlView(first.origin(), first.target()));
        this.lockTimeout = lockTimeout;
        this.pace = pace;
    }

    /** The row of each side. */
    public Sides<Control> controls() {
        return controls;
    }

    /** Both rows as they are now; whoever is in at the turnstile sees no change of them. Never blocks. */
    public Standing standing() {
        return standing;
    }

    /** Holds the row of a copy for a call to it; null, holding nothing, when that side is no copy. */
    public LocalFence.@Nullable Hold holdCopy(Side copy) throws InterruptedException {
        return rows.of(copy).hold(Role.COPY);
    }

    /** Where the calling thread is. */
    public Here here() {
        return here.get();
    }

    /** The side that the calling thread's call in progress is on, or null. */
    public @Nullable Side side() {
        return here.get().side;
    }

    /** Makes the call on the side; what it calls in turn stays there. */
    public <T extends @Nullable Object> T on(Side side, Transactions.Reading<T> call) throws Exception {
        return here.get().on(side, call);
    }

    /** Whether a call that changes this record is in flight. */
    public boolean isInFlight(RecordId record) {
        return turnstile.contains(record);
    }

    /** Does the work while nobody is in for the record; false, without having done it, when somebody is. */
    public boolean tryAlone(RecordId record, Runnable work) {
        if (!turnstile.tryEnter(record)) {
            return false;
        }
        try {
            work.run();
            return true;
        } finally {
            turnstile.leave(record);
        }
    }

    Turnstile turnstile() {
        return turnstile;
    }

    private final class Row implements Control {
        private final Side side;

        Row(Side side) {
            this.side = side;
        }

        @Override
        public ControlRow read() {
            return rows.of(side).read();
        }

        @Override
        public @Nullable ControlRow change(ControlRow expected, ControlRow next) {
            turnstile.close();
            try {
                awaitEmpty();
                return changed(expected, next);
            } finally {
                turnstile.open();
            }
        }

        private @Nullable ControlRow changed(ControlRow expected, ControlRow next) {
            synchronized (CallFence.this) {
                ControlRow now = rows.of(side).change(expected, next);
                if (now != null) {
                    boolean before = standing.write().journalled();
                    standing = new Standing(standing.view().with(side, now));
                    if (before && !standing.write().journalled()) {
                        onJournalOff.run();
                    }
                }
                return now;
            }
        }

        @Override
        public List<Holder> holders() {
            List<Holder> all = new ArrayList<>(turnstile.holders());
            all.addAll(rows.of(side).holders());
            return all;
        }
    }

    private void awaitEmpty() {
        Pace.Deadline patience = pace.in(lockTimeout);
        while (!turnstile.isEmpty()) {
            if (patience.isOver()) {
                throw new FenceBusyException("Calls in flight were not over after " + lockTimeout, null);
            }
            try {
                pace.pause(LOOK_AGAIN);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new FenceBusyException("Interrupted while waiting for the fence", interrupted);
            }
        }
    }
}
