package io.dualwrite.fence;

import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fenced writes to stores that share no transaction with the library: nothing is rolled back, and each write stands for
 * itself once it is made. Intents are noted while the write goes on and handed to the journal when it has ended, whatever
 * its outcome: one that threw may have been made all the same, and one still going on must not be transferred yet, since its
 * intent would be gone when it ends. A write that never ends keeps its fence, so that the authority cannot move away from
 * under it. Thread-safe.
 */
public final class LocalTransactions implements Transactions {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
    private static final int MOST_REPEATS = 8;

    private final Sides<LocalFence> fences;
    private final LocalIntents intents;
    private final FenceContext context;
    private final ShortWay shortWay;
    private final ThreadLocal<@Nullable LocalTransaction> open = new ThreadLocal<>();

    /**
     * @param fences the fence of each side
     * @param intents keeps the intents of each write until it has ended
     * @param context what the migration gives
     */
    public LocalTransactions(Sides<LocalFence> fences, LocalIntents intents, FenceContext context) {
        this.fences = fences;
        this.intents = intents;
        this.context = context;
        this.shortWay = new ShortWay(fences, intents, context.hook());
    }

    @Override
    public ShortWay shortWay() {
        return shortWay;
    }

    @Override
    public @Nullable Transaction current() {
        LocalTransaction joined = open.get();
        return joined != null ? joined : passing();
    }

    private @Nullable Transaction passing() {
        return fences.origin().isPassing()
                ? new Passing(Side.ORIGIN)
                : fences.target().isPassing() ? new Passing(Side.TARGET) : null;
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
        LocalTransaction joined = open.get();
        if (joined != null) {
            return work.run(joined);
        }
        LocalTransaction transaction = begin();
        open.set(transaction);
        T result;
        try {
            result = work.run(transaction);
        } catch (Throwable failure) {
            open.remove();
            try {
                end(transaction);
            } catch (CopyBehindException aside) {
                failure.addSuppressed(aside);
            }
            throw failure;
        }
        open.remove();
        end(transaction);
        return result;
    }

    @Override
    public <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        Side at = side;
        boolean copy = asCopy;
        for (int repeats = 0; repeats < MOST_REPEATS; repeats++) {
            T answer = reading.on(at);
            // After the reading: whoever has the authority now had it when the reading ended, or took it over since.
            ControlView now =
                    new ControlView(fences.origin().read(), fences.target().read());
            boolean valid = copy ? fences.of(at).read().role() == Role.COPY : now.leader() == at;
            if (valid) {
                return answer;
            }
            at = now.leader();
            copy = false;
        }
        throw new StageMovedException("The authority moved " + MOST_REPEATS + " times during one read; read again");
    }

    private LocalTransaction begin() {
        Pace.Deadline deadline = context.pace().in(context.writersWait());
        try {
            while (true) {
                Side leader = context.board().view().leader();
                for (Side side : new Side[] {leader, leader.other()}) {
                    LocalFence.Hold hold = fences.of(side).hold(Role.AUTHORITY);
                    if (hold != null) {
                        context.board().note(side, hold.row());
                        return new LocalTransaction(side, hold, intents);
                    }
                }
                if (deadline.isOver()) {
                    throw new StageMovedException("Neither side accepted writes for " + context.writersWait()
                            + ", since the authority is being handed over; nothing was written, try again");
                }
                context.onExpired().accept(leader);
                context.pace().pause(LOOK_AGAIN);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StageMovedException("Interrupted while waiting for a handover; nothing was written");
        }
    }

    private void end(LocalTransaction transaction) {
        boolean journalled = transaction.hold.row().journalled() && !transaction.changed.isEmpty();
        try (LocalFence.Hold hold = transaction.hold) {
            if (journalled) {
                context.hook().committing(transaction.changed);
            }
            // Under the fence still: a drain that follows the closing must find these.
            intents.ended(transaction.side, transaction.changed, hold.row().journalled());
        }
        if (journalled) {
            context.hook().committed(transaction.changed);
        }
    }

    private static final class LocalTransaction implements Transaction {
        private final Side side;
        private final LocalFence.Hold hold;
        private final LocalIntents intents;
        private final Set<RecordId> changed = new LinkedHashSet<>();

        LocalTransaction(Side side, LocalFence.Hold hold, LocalIntents intents) {
            this.side = side;
            this.hold = hold;
            this.intents = intents;
        }

        @Override
        public Side side() {
            return side;
        }

        @Override
        public void mustRollBack(RuntimeException why) {
            // Each write of a plain store stands once it is made.
        }

        @Override
        public void changed(RecordId record) {
            if (changed.add(record)) {
                intents.begun(record);
            }
        }
    }

    /** A call on the short way: its side is fixed while it is in flight, and it leaves no intents. */
    private record Passing(Side side) implements Transaction {
        @Override
        public void changed(RecordId record) {
            // Whoever was overtaken by a journal names the records at its end.
        }

        @Override
        public void mustRollBack(RuntimeException why) {
            // Each write of a plain store stands once it is made.
        }
    }
}
