package io.dualwrite.fence;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls to two sides that can only be called. Each call stands for itself once it is made. Calls that an implementation makes
 * from within a call, through the same interface, stay on that call's side and are part of it. Thread-safe.
 */
public final class CallTransactions implements Transactions {
    private static final int MOST_REPEATS = 8;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
    private static final Sides<Transaction> WITHIN = Sides.each(Within::new);

    private final CallFence fence;
    private final Turnstile turnstile;
    private final FenceContext context;
    private final Consumer<Collection<RecordId>> unrepeatable;
    private final AtomicLong unnamed = new AtomicLong();

    /** What a call from within a call sees: it is on the side that it is on, and part of the outer call. */
    private record Within(Side side) implements Transaction {
        @Override
        public void changed(RecordId record) {
            // The outer call names what it changes, and is made on the other side with all that is in it.
        }

        @Override
        public void mustRollBack(RuntimeException why) {
            // Each call stands once it is made.
        }
    }

    /**
     * @param fence the sides' rows
     * @param context what the migration gives
     * @param unrepeatable told which records were changed by work that nobody can call on the other side
     */
    public CallTransactions(CallFence fence, FenceContext context, Consumer<Collection<RecordId>> unrepeatable) {
        this.fence = fence;
        this.turnstile = fence.turnstile();
        this.context = context;
        this.unrepeatable = unrepeatable;
    }

    /** What is told of changes that the copy has not seen yet. */
    public CommitHook hook() {
        return context.hook();
    }

    @Override
    public @Nullable Transaction current() {
        Side side = fence.side();
        return side == null ? null : WITHIN.of(side);
    }

    /**
     * Goes in for one record, and returns the rows as they stay until {@link #leave}: one side has the authority.
     *
     * @throws StageMovedException when the authority, or another call that changes the record, was in the way for longer
     *     than writers wait, or the thread was interrupted while it waited; nothing was called
     */
    public CallFence.Standing enter(RecordId record) {
        if (turnstile.tryEnter(record)) {
            CallFence.Standing now = fence.standing();
            if (now.authority() != null) {
                return now;
            }
            turnstile.leave(record);
        }
        return waitingFor(record);
    }

    /** Goes in for these records, in the order of their keys, so that nobody waits for each other. As {@link #enter}. */
    public CallFence.Standing enter(List<RecordId> ascending) {
        int entered = 0;
        try {
            CallFence.Standing now = fence.standing();
            for (RecordId record : ascending) {
                now = enter(record);
                entered++;
            }
            return now;
        } catch (Throwable failure) {
            ascending.subList(0, entered).forEach(turnstile::leave);
            throw failure;
        }
    }

    /** Goes out again. */
    public void leave(RecordId record) {
        turnstile.leave(record);
    }

    private CallFence.Standing waitingFor(RecordId record) {
        Pace.Deadline deadline = context.pace().in(context.writersWait());
        try {
            while (true) {
                if (turnstile.tryEnter(record)) {
                    CallFence.Standing now = fence.standing();
                    if (now.authority() != null) {
                        return now;
                    }
                    turnstile.leave(record);
                    context.onExpired().accept(now.view().leader());
                }
                if (deadline.isOver()) {
                    throw new StageMovedException("For " + context.writersWait()
                            + " the authority was being handed over, or another call that changes the same record was in"
                            + " progress; nothing was written, try again");
                }
                if (turnstile.contains(record)) {
                    turnstile.awaitLeaving(record);
                } else {
                    context.pace().pause(LOOK_AGAIN);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StageMovedException(
                    "Interrupted while waiting for a handover, or for another call of the same record; nothing was written");
        }
    }

    /** What is changed by such work cannot be called on the other side: its records stay open until somebody settles them. */
    @Override
    public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
        Side within = fence.side();
        if (within != null) {
            return work.run(WITHIN.of(within));
        }
        RecordId turn = new RecordId("", "work " + unnamed.incrementAndGet());
        CallFence.Standing now = enter(turn);
        Side authority = now.side();
        Unrepeatable transaction = new Unrepeatable(authority);
        boolean open = now.write().journalled();
        try {
            return fence.on(authority, side -> work.run(transaction));
        } finally {
            try {
                if (open && !transaction.changed.isEmpty()) {
                    unrepeatable.accept(transaction.changed);
                }
            } finally {
                leave(turn);
            }
        }
    }

    private static final class Unrepeatable implements Transaction {
        private final Side side;
        private final Set<RecordId> changed = new LinkedHashSet<>();

        Unrepeatable(Side side) {
            this.side = side;
        }

        @Override
        public Side side() {
            return side;
        }

        @Override
        public void changed(RecordId record) {
            changed.add(record);
        }

        @Override
        public void mustRollBack(RuntimeException why) {
            // Each call stands once it is made.
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        Side at = side;
        boolean copy = asCopy;
        for (int repeats = 0; repeats < MOST_REPEATS; repeats++) {
            T answer = reading.on(at);
            Side leader = fence.standing().view().leader();
            // After the reading: whoever has the authority now had it when the reading ended, or took it over since.
            boolean valid = copy ? leader != at : leader == at;
            if (valid) {
                return answer;
            }
            at = leader;
            copy = false;
        }
        throw new StageMovedException("The authority moved " + MOST_REPEATS + " times during one read; read again");
    }
}
