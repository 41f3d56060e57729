package io.dualwrite.testkit.simulation;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The locks of one simulated database, who waits for whom, and who waits in a circle. */
final class StoreLocks {
    /** How a lock is held. Shared ones go together. */
    enum Mode {
        SHARED,
        EXCLUSIVE;

        boolean isAgainst(Mode other) {
            return this == EXCLUSIVE || other == EXCLUSIVE;
        }
    }

    /** Somebody has a lock until its transaction ends or goes back to a savepoint before. */
    record Hold(StoreTransaction owner, Lock lock, Mode mode) {}

    /**
     * Somebody waits: until {@code ready}, and for these transactions; those waited for because they are ahead in a fair queue
     * are {@code ahead}.
     */
    static final class Wait {
        final String what;
        final BooleanSupplier ready;
        final Supplier<List<StoreTransaction>> blockers;
        final StoreTransaction owner;
        final Mode mode;
        boolean granted;

        Wait(
                String what,
                StoreTransaction owner,
                Mode mode,
                BooleanSupplier ready,
                Supplier<List<StoreTransaction>> blockers) {
            this.what = what;
            this.owner = owner;
            this.mode = mode;
            this.ready = ready;
            this.blockers = blockers;
        }
    }

    /**
     * A lock. One that is fair is given to those who wait in their order, and nobody overtakes them. One that is not, which is
     * how rows are locked, goes to the first who comes by when it is free, and those who share it let others in who share it.
     */
    static final class Lock {
        final String name;
        private final boolean fair;
        private final List<Hold> holds = new ArrayList<>(2);
        private final List<Wait> queue = new ArrayList<>(2);

        Lock(String name, boolean fair) {
            this.name = name;
            this.fair = fair;
        }

        /** Takes it if that needs no waiting. */
        boolean tryTake(StoreTransaction owner, Mode mode) {
            if (isHeldBy(owner, mode)) {
                return true;
            }
            boolean overtakes = fair && !isHeldBy(owner, Mode.SHARED) && isQueuedAgainst(mode, queue.size());
            if (isHeldAgainst(owner, mode) || overtakes) {
                return false;
            }
            hold(owner, mode);
            return true;
        }

        /** Takes it, waiting as long as the session's limits allow. */
        void take(StoreSession session, StoreTransaction owner, Mode mode) throws SQLException {
            take(session, owner, mode, () -> false);
        }

        /** As {@link #take(StoreSession, StoreTransaction, Mode)}, but returns without it once it is of no use any more. */
        void take(StoreSession session, StoreTransaction owner, Mode mode, BooleanSupplier useless)
                throws SQLException {
            if (tryTake(owner, mode)) {
                return;
            }
            Wait[] self = new Wait[1];
            Wait wait = new Wait(
                    name,
                    owner,
                    mode,
                    () -> self[0].granted || (!fair && isFirst(self[0])) || useless.getAsBoolean(),
                    () -> blockersOf(self[0]));
            self[0] = wait;
            while (true) {
                queue.add(wait);
                try {
                    session.await(wait, this);
                } finally {
                    queue.remove(wait);
                    grant();
                }
                if (useless.getAsBoolean()) {
                    return;
                }
                // A row that is free may be gone again by the time its waiter gets to it.
                if (wait.granted || (!isHeldAgainst(owner, mode))) {
                    if (!wait.granted) {
                        hold(owner, mode);
                    }
                    return;
                }
            }
        }

        private void hold(StoreTransaction owner, Mode mode) {
            Hold hold = new Hold(owner, this, mode);
            holds.add(hold);
            owner.held(hold);
        }

        private boolean isHeldBy(StoreTransaction owner, Mode mode) {
            for (Hold hold : holds) {
                if (hold.owner == owner && (hold.mode == mode || hold.mode == Mode.EXCLUSIVE)) {
                    return true;
                }
            }
            return false;
        }

        boolean isHeldAgainst(StoreTransaction owner, Mode mode) {
            for (Hold hold : holds) {
                if (hold.owner != owner && hold.mode.isAgainst(mode)) {
                    return true;
                }
            }
            return false;
        }

        private boolean isQueuedAgainst(Mode mode, int before) {
            for (int at = 0; at < before; at++) {
                Wait wait = queue.get(at);
                if (!wait.granted && wait.mode.isAgainst(mode)) {
                    return true;
                }
            }
            return false;
        }

        private boolean isFirst(Wait wait) {
            return !isHeldAgainst(wait.owner, wait.mode) && !isQueuedAgainst(wait.mode, queue.indexOf(wait));
        }

        private List<StoreTransaction> blockersOf(Wait wait) {
            List<StoreTransaction> blockers = new ArrayList<>();
            for (Hold hold : holds) {
                if (hold.owner != wait.owner && hold.mode.isAgainst(wait.mode)) {
                    blockers.add(hold.owner);
                }
            }
            for (Wait ahead : queue) {
                if (ahead == wait) {
                    break;
                }
                if (!ahead.granted && ahead.mode.isAgainst(wait.mode)) {
                    blockers.add(ahead.owner);
                }
            }
            return blockers;
        }

        void release(Hold hold) {
            for (int at = holds.size() - 1; at >= 0; at--) {
                if (holds.get(at) == hold) {
                    holds.remove(at);
                }
            }
            grant();
        }

        void leave(Wait wait) {
            queue.remove(wait);
            grant();
        }

        private void grant() {
            if (!fair) {
                return;
            }
            for (int at = 0; at < queue.size(); at++) {
                Wait wait = queue.get(at);
                if (!wait.granted && !isHeldAgainst(wait.owner, wait.mode) && !isQueuedAgainst(wait.mode, at)) {
                    wait.granted = true;
                    hold(wait.owner, wait.mode);
                }
            }
        }

        /** Lets one who waits go first, where that is all that keeps everybody from going on. */
        boolean letPass(Wait wait) {
            if (!fair || wait.granted || isHeldAgainst(wait.owner, wait.mode) || !queue.contains(wait)) {
                return false;
            }
            queue.remove(wait);
            queue.add(0, wait);
            grant();
            return true;
        }
    }

    private final Map<String, Lock> advisory = new HashMap<>();

    /** The advisory lock of that name. */
    Lock advisory(String name) {
        return advisory.computeIfAbsent(name, any -> new Lock("advisory", true));
    }

    /**
     * Whether this transaction waits in a circle. A circle that exists only because of a fair queue's order is broken by
     * changing the order.
     */
    static boolean isInCircle(StoreTransaction transaction) {
        while (true) {
            List<StoreTransaction> circle = new ArrayList<>();
            if (!closes(transaction, transaction, circle, new HashSet<>())) {
                return false;
            }
            boolean passed = false;
            for (StoreTransaction each : circle) {
                Wait wait = each.waiting();
                @Nullable Lock lock = each.waitingFor();
                if (wait != null && lock != null && lock.letPass(wait)) {
                    passed = true;
                    break;
                }
            }
            if (!passed) {
                return true;
            }
        }
    }

    private static boolean closes(
            StoreTransaction at, StoreTransaction wanted, List<StoreTransaction> path, Set<StoreTransaction> seen) {
        Wait wait = at.waiting();
        if (wait == null || wait.granted) {
            return false;
        }
        path.add(at);
        for (StoreTransaction blocker : wait.blockers.get()) {
            if (blocker == wanted || (seen.add(blocker) && closes(blocker, wanted, path, seen))) {
                return true;
            }
        }
        path.remove(path.size() - 1);
        return false;
    }
}
