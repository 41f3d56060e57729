package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.AuthorityForced;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.Holder;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Journal;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Hands the authority from one side to the other, as compare-and-set steps in the two control rows. A flip goes from the
 * origin, a rollback from the target; there is no other difference.
 *
 * <ol>
 *   <li>{@link #close}: the old authority accepts no more writes, until a deadline by its own clock. Waits for those in
 *       flight. Anyone may open it again after the deadline, and nothing has happened.
 *   <li>{@link #drain}: every intent left is transferred. None can be added, since the row that was closed is the row that
 *       writers hold.
 *   <li>{@link #confirm}: what transfers wrote is compared once more; generators of keys are set ahead.
 *   <li>{@link #cede}: <em>the decision</em>, made in the old authority's row, where its only rival, opening again, would
 *       have to be made too. Deciding in the new row would let two coordinators make two authorities.
 *   <li>{@link #takeOver}: the new side accepts writes. Waits for transfers in flight there. Only from the handover number
 *       before, so that a coordinator that slept through a later handover changes nothing.
 *   <li>{@link #follow}: the old side accepts transfers.
 * </ol>
 *
 * <p>Any step may be the last one its coordinator makes. {@link #settle} goes on from whatever the rows say, on any node.
 * Thread-safe; blocks on both stores.
 */
public class Handover {
    private static final int OPENING_ATTEMPTS = 50;

    private final Board board;
    private final Sides<Control> controls;
    private final Sides<Journal> journals;
    private final Relay relay;
    private final Verifier verifier;
    private final Generators generators;
    private final HandoverSettings settings;
    private final MigrationListener listener;
    private final Pace pace;
    /** The last handover of which it was told that it is stuck. */
    private final AtomicLong stuckAt = new AtomicLong(-1);

    public Handover(
            Board board,
            Sides<Control> controls,
            Sides<Journal> journals,
            Relay relay,
            Verifier verifier,
            Generators generators,
            HandoverSettings settings,
            MigrationListener listener,
            Pace pace) {
        this.board = board;
        this.controls = controls;
        this.journals = journals;
        this.relay = relay;
        this.verifier = verifier;
        this.generators = generators;
        this.settings = settings;
        this.listener = listener;
        this.pace = pace;
    }

    /**
     * Hands the authority away from {@code from}. Returns once the other side has it.
     *
     * @param from the side that has the authority
     * @param checked its row as it was before the gates were looked at; any change since means that they hold no longer
     * @throws StageRefusedException when the budget ended, somebody else changed the row, or a record could not be brought
     *     over: the old authority is open again, or will be when its deadline has passed
     * @throws ControlException when a control row could not be reached. Before the decision nothing has happened; after it
     *     writes wait until {@link #settle} gets through, on any node
     * @throws InterruptedException as {@link ControlException}
     */
    public void run(Side from, ControlRow checked) throws InterruptedException {
        Pace.Deadline deadline = pace.in(settings.budget());
        Stopwatch watch = new Stopwatch(pace);
        ControlRow closed = close(from, checked, deadline);
        watch.closed();
        ControlRow ceded;
        try {
            drain(from, deadline);
            watch.lap("drain");
            confirm(from, deadline);
            watch.lap("confirm");
            probe(from, closed, deadline);
            watch.lap("probe");
            ceded = cede(from, closed, deadline);
            watch.lap("cede");
        } catch (Throwable givenUp) {
            open(from, closed);
            watch.opened("open again");
            listener.on(watch.measured(from, false));
            throw givenUp;
        }
        takeOverOrTell(from, ceded);
        watch.opened("take over");
        follow(from, ceded);
        watch.lap("follow");
        listener.on(watch.measured(from, true));
    }

    /** As {@link #takeOver}; that nobody can write meanwhile is told at once, and once. */
    private void takeOverOrTell(Side from, ControlRow ceded) throws InterruptedException {
        try {
            takeOver(from, ceded);
        } catch (ControlException unreachable) {
            if (stuckAt.getAndSet(ceded.handover()) != ceded.handover()) {
                listener.on(new HandoverStuck(from.other(), ceded.handover(), Fault.of(unreachable)));
            }
            throw unreachable;
        }
    }

    /**
     * Closes the authority for the budget; tries again while transactions in flight are in the way. Only from the very row
     * that was checked: a coordinator that slept since may find the same role again, at OFF or in another generation.
     */
    ControlRow close(Side from, ControlRow checked, Pace.Deadline deadline) throws InterruptedException {
        if (checked.role() != Role.AUTHORITY) {
            throw refused(from, "the " + from + " no longer has the authority; somebody else is switching, look again");
        }
        while (true) {
            try {
                ControlRow closed = controls.of(from).change(checked, checked.closedFor(settings.budget()));
                if (closed == null) {
                    throw refused(from, "the control row of the " + from + " was changed by somebody else; look again");
                }
                noted(from, closed, "closed");
                return closed;
            } catch (FenceBusyException busy) {
                if (deadline.isOver()) {
                    throw refused(
                            from,
                            "transactions in flight on the " + from + " were not over after " + settings.budget()
                                    + "; look for long transactions there and try again" + inTheWay(from));
                }
                pace.pause(settings.retry());
            }
        }
    }

    /** Transfers until no intent row of any kind is left. */
    void drain(Side from, Pace.Deadline deadline) throws InterruptedException {
        Journal journal = journals.of(from);
        Backlog left = journal.backlog();
        while (!left.isEmpty()) {
            // What is quarantined is drained by nobody: writers need not wait for the end of the budget.
            if (deadline.isOver() || left.open() == 0) {
                throw refused(
                        from,
                        left + " left in the journal of the " + from + " within " + settings.budget()
                                + "; wait for the relay, release what is quarantined, and try again");
            }
            relay.drainOnce(from);
            Backlog before = left;
            left = journal.backlog();
            if (!left.isEmpty() && left.open() >= before.open()) {
                // Nothing got through: without a pause a copy in trouble would be asked as often as it can answer.
                pace.pause(settings.retry());
            }
        }
    }

    /** Confirms what transfers have written since the verifier last looked, and sets generators of keys ahead. */
    void confirm(Side from, Pace.Deadline deadline) throws InterruptedException {
        try {
            while (true) {
                Verifier.Recheck recheck = verifier.recheck(from, settings.mostUnconfirmed());
                if (recheck.looked() == 0) {
                    break;
                }
                if (recheck.different() > 0) {
                    throw refused(
                            from,
                            recheck.different() + " records differed although they had been transferred;"
                                    + " they were repaired, now run a verification and look for foreign writers");
                }
                if (deadline.isOver()) {
                    throw refused(from, "records to recheck were left after " + settings.budget() + "; try again");
                }
            }
            generators.ahead(from);
        } catch (StageRefusedException | InterruptedException | ControlException expected) {
            throw expected;
        } catch (Exception failed) {
            StageRefusedException refusal = refused(
                    from,
                    "the last check before the decision failed with "
                            + failed.getClass().getSimpleName() + "; see the cause and try again");
            refusal.initCause(failed);
            throw refusal;
        }
    }

    /**
     * Takes the new side's fence once, while there is a way back: a transfer that somebody left standing still there would
     * keep both sides closed after the decision.
     */
    void probe(Side from, ControlRow closed, Pace.Deadline deadline) throws InterruptedException {
        Side to = from.other();
        ControlRow copy = board.refresh(to);
        if (copy.role() != Role.COPY || copy.handover() != closed.handover()) {
            throw refused(
                    from,
                    "the " + to + " is " + copy.role() + " at handover " + copy.handover()
                            + ", no copy of this authority; look again");
        }
        while (true) {
            try {
                ControlRow now = controls.of(to).change(copy, copy);
                if (now == null) {
                    throw refused(from, "the control row of the " + to + " was changed by somebody else; look again");
                }
                board.note(to, now);
                return;
            } catch (FenceBusyException busy) {
                if (deadline.isOver()) {
                    throw refused(
                            from,
                            "transfers in flight on the " + to + " were not over after " + settings.budget()
                                    + "; look for sessions of stopped nodes there" + inTheWay(to));
                }
                pace.pause(settings.retry());
            }
        }
    }

    /** The decision. After this the authority goes over, whoever makes the remaining steps. */
    ControlRow cede(Side from, ControlRow closed, Pace.Deadline deadline) throws InterruptedException {
        while (true) {
            try {
                ControlRow ceded = controls.of(from).change(closed, closed.as(Role.CEDED, closed.handover() + 1));
                if (ceded == null) {
                    throw refused(
                            from,
                            "the " + from
                                    + " was opened again before the decision, its deadline had passed; try again");
                }
                noted(from, ceded, "ceded");
                return ceded;
            } catch (FenceBusyException busy) {
                // Writers that only look whether they may begin hold the row too, each for a moment.
                if (deadline.isOver()) {
                    throw refused(
                            from,
                            "the fence of the " + from + " was not free within " + settings.budget() + inTheWay(from));
                }
                pace.pause(settings.retry());
            }
        }
    }

    /** Opens the other side for writes; does nothing when it is open already. */
    void takeOver(Side from, ControlRow ceded) throws InterruptedException {
        Side to = from.other();
        while (true) {
            ControlRow row = board.refresh(to);
            if (row.handover() >= ceded.handover()) {
                return;
            }
            if (row.role() != Role.COPY || row.handover() != ceded.handover() - 1) {
                throw new ControlException(
                        "The " + to + " is " + row.role() + " at handover " + row.handover()
                                + " while the " + from + " has ceded to it at " + ceded.handover()
                                + ": these rows do not belong together; do not write to either side, and compare their history",
                        null);
            }
            ControlRow opened = row.inGeneration(ceded.generation())
                    .as(Role.COPY, ceded.handover())
                    .authority(to == Side.TARGET ? Stage.LIVE : Stage.SHADOW);
            try {
                ControlRow now = controls.of(to).change(row, opened);
                if (now != null) {
                    noted(to, now, "took over");
                    return;
                }
            } catch (FenceBusyException busy) {
                // There is no way back any more, and a transfer in flight ends: wait for it.
                pace.pause(settings.retry());
            }
        }
    }

    /** Lets the old side follow; does nothing when it does already. */
    void follow(Side from, ControlRow ceded) throws InterruptedException {
        while (true) {
            try {
                ControlRow copy = controls.of(from).change(ceded, ceded.as(Role.COPY, ceded.handover()));
                if (copy != null) {
                    noted(from, copy, "follows");
                }
                return;
            } catch (FenceBusyException busy) {
                pace.pause(settings.retry());
            }
        }
    }

    /**
     * Goes on with whatever step somebody left half made: a side that has ceded, a closing whose deadline has passed, a
     * completed migration whose origin still accepts transfers. Closes a side that has come back after the authority was
     * taken from it. Does nothing when there is nothing of the kind.
     */
    public void settle() throws InterruptedException {
        for (Side side : Side.values()) {
            ControlRow row = board.view().of(side);
            if (row == null) {
                continue;
            }
            if (isLost(side, row)) {
                closeLost(side, row);
            } else if (row.role() == Role.CEDED) {
                takeOverOrTell(side, row);
                follow(side, row);
            } else if (row.isExpired()) {
                openIfExpired(side);
            }
        }
        retireOrigin();
    }

    /**
     * Opens a closed side again once its deadline has passed by its own store's clock; otherwise does nothing. Makes one
     * attempt, no longer than a lock time-out, since waiting writers call this: whoever is next tries again.
     */
    public void openIfExpired(Side side) {
        try {
            ControlRow row = board.refresh(side);
            if (row.isExpired() && !isLost(side, row)) {
                noted(side, controls.of(side).change(row, row.authority(row.stage())), "opened again");
            }
        } catch (FenceBusyException | ControlException later) {
            // Nothing is lost by leaving it closed a little longer.
            return;
        }
    }

    /**
     * Takes the authority from a side that cannot be reached, without draining it: what it has accepted and not handed on
     * stays there, and is what {@code by} answers for. The other side begins a new generation at DUAL_WRITE, with a higher
     * handover number, by which every node that sees both rows knows which one counts.
     *
     * @throws StageRefusedException when the lost side can be reached after all, or the other one is no copy
     * @throws ControlException when the other side cannot be reached either
     */
    void force(Side lost, String by) throws InterruptedException {
        Side heir = lost.other();
        Pace.Deadline deadline = pace.in(settings.budget());
        while (true) {
            refuseIfReachable(lost);
            ControlRow row = board.refresh(heir);
            if (row.role() != Role.COPY && row.role() != Role.CEDED) {
                throw refused(
                        lost, "the " + heir + " is " + row.role() + ", no copy that could take the authority over");
            }
            ControlRow known = board.view().of(lost);
            long highest = known == null ? row.handover() : Math.max(known.handover(), row.handover());
            ControlRow opened = row.as(Role.COPY, highest + 1)
                    .inGeneration(row.generation() + 1)
                    .authority(Stage.DUAL_WRITE);
            try {
                ControlRow now = controls.of(heir).change(row, opened);
                if (now != null) {
                    noted(heir, now, "took over by force");
                    listener.on(new AuthorityForced(lost, now.handover(), by));
                    return;
                }
            } catch (FenceBusyException busy) {
                if (deadline.isOver()) {
                    throw refused(
                            lost,
                            "transfers in flight on the " + heir + " were not over after " + settings.budget()
                                    + inTheWay(heir));
                }
                pace.pause(settings.retry());
            }
        }
    }

    private void refuseIfReachable(Side lost) {
        try {
            board.refresh(lost);
        } catch (ControlException unreachable) {
            return;
        }
        throw refused(lost, "the " + lost + " can be reached, so that nothing has to be lost; use moveTo");
    }

    /**
     * Whether the authority was taken from this side while it could not be reached, as its row and the other one tell. At OFF
     * no side follows, and a row there may be older than any handover.
     */
    boolean isLost(Side side, ControlRow row) {
        ControlRow other = board.view().of(side.other());
        return other != null && other.stage() != Stage.OFF && board.view().isSurpassed(side, row);
    }

    /** Closes it for good, before anybody uses it; one attempt, since everybody tries again. */
    private void closeLost(Side side, ControlRow row) {
        if (row.role() == Role.CLOSED && row.remaining() == null) {
            return;
        }
        try {
            ControlRow heir = board.refresh(side.other());
            if (heir.role() != Role.AUTHORITY || heir.stage() == Stage.OFF || heir.handover() <= row.handover()) {
                return;
            }
            noted(side, controls.of(side).change(row, row.retired()), "closed as lost");
        } catch (FenceBusyException | ControlException later) {
            // Its own transactions in flight, or it is gone again. No node that knows of the other side begins one
            // there.
            return;
        }
    }

    /**
     * Lets a lost side follow again, in a generation in which nothing is known of it yet.
     *
     * @throws StageRefusedException when the side is not lost, not yet closed, or has intents that nobody has reconciled
     */
    void readopt(Side lost) throws InterruptedException {
        settle();
        ControlRow row = board.refresh(lost);
        ControlRow authority = board.refresh(lost.other());
        if (!isLost(lost, row) || row.role() != Role.CLOSED || row.remaining() != null) {
            throw refused(
                    lost,
                    "the " + lost + " is " + row.role() + " at handover " + row.handover()
                            + ", no side that was lost and has been closed since");
        }
        Backlog left = journals.of(lost).backlog();
        if (!left.isEmpty()) {
            throw refused(
                    lost,
                    left + " in the journal of the lost " + lost
                            + ": changes that nobody has handed on; reconcile them first");
        }
        if (authority.generation() <= row.generation()) {
            // What this generation knows of the side is no longer true.
            authority = changed(
                    lost,
                    lost.other(),
                    authority,
                    authority.inGeneration(row.generation() + 1).authority(Stage.DUAL_WRITE));
        }
        changed(lost, lost, row, row.as(Role.COPY, authority.handover()).inGeneration(authority.generation()));
    }

    private ControlRow changed(Side lost, Side side, ControlRow row, ControlRow next) throws InterruptedException {
        Pace.Deadline deadline = pace.in(settings.budget());
        while (true) {
            try {
                ControlRow now = controls.of(side).change(row, next);
                if (now == null) {
                    throw refused(lost, "the control row of the " + side + " was changed by somebody else; look again");
                }
                noted(side, now, "readopted");
                return now;
            } catch (FenceBusyException busy) {
                if (deadline.isOver()) {
                    throw refused(
                            lost,
                            "the fence of the " + side + " was not free within " + settings.budget() + inTheWay(side));
                }
                pace.pause(settings.retry());
            }
        }
    }

    private String inTheWay(Side side) {
        return Holder.told(controls.of(side).holders());
    }

    private void retireOrigin() {
        ControlRow origin = board.view().origin();
        if (isComplete(board.view().target()) && origin != null && origin.role() == Role.COPY) {
            try {
                ControlRow retired = isComplete(board.refresh(Side.TARGET))
                        ? controls.origin().change(origin, origin.retired())
                        : null;
                if (retired != null) {
                    noted(Side.ORIGIN, retired, "retired");
                }
            } catch (FenceBusyException | ControlException later) {
                // A late transfer is in flight on the origin, or the origin is gone already. Nothing waits for this:
                // whoever settles next tries again.
                return;
            }
        }
    }

    private static boolean isComplete(@Nullable ControlRow target) {
        return target != null && target.role() == Role.AUTHORITY && target.stage() == Stage.COMPLETE;
    }

    private void open(Side side, ControlRow closed) {
        try {
            for (int attempt = 0; attempt < OPENING_ATTEMPTS; attempt++) {
                try {
                    ControlRow open = controls.of(side).change(closed, closed.authority(closed.stage()));
                    noted(side, open, "opened again");
                    return;
                } catch (FenceBusyException busy) {
                    pace.pause(settings.retry());
                }
            }
        } catch (ControlException later) {
            // The deadline stands in the row: any node, waiting writers included, opens it after that.
            return;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void noted(Side side, @Nullable ControlRow row, String step) {
        if (row != null) {
            board.note(side, row);
            listener.on(new HandoverStep(side, step, row.handover()));
        }
    }

    private StageRefusedException refused(Side from, String reason) {
        Stage at = from == Side.ORIGIN ? Stage.SHADOW : Stage.LIVE;
        return new StageRefusedException(at, from == Side.ORIGIN ? Stage.LIVE : Stage.SHADOW, List.of(reason));
    }
}
