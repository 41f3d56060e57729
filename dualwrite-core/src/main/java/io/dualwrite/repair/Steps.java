package io.dualwrite.repair;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.Holder;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps between stages: for each, the gates that must hold and the change that makes it. All but flip and rollback are
 * one compare-and-set in the authority's row, taken exclusively: they wait for the transactions in flight, so that after
 * it every writer works by the new stage. Thread-safe; blocks on both stores.
 */
public final class Steps {
    private static final int RECHECK_ROUNDS = 50;
    private static final int RECHECK_AT_ONCE = 500;
    private static final String EVERY_WRITER = "every program that writes these records must carry the library";

    private final Board board;
    private final Sides<Control> controls;
    private final Sides<Journal> journals;
    private final Preflight preflight;
    private final @Nullable Backfill backfill;
    private final Verifier verifier;
    private final Handover handover;
    private final HandoverSettings settings;
    private final Pace pace;
    private final Map<Stage, String> approvals = new EnumMap<>(Stage.class);

    /** Without a {@code backfill} nothing can be listed, and the gates about it and about verification do not apply. */
    public Steps(
            Board board,
            Sides<Control> controls,
            Sides<Journal> journals,
            Preflight preflight,
            @Nullable Backfill backfill,
            Verifier verifier,
            Handover handover,
            HandoverSettings settings,
            Pace pace) {
        this.board = board;
        this.controls = controls;
        this.journals = journals;
        this.preflight = preflight;
        this.backfill = backfill;
        this.verifier = verifier;
        this.handover = handover;
        this.settings = settings;
        this.pace = pace;
    }

    /** Notes that somebody answers for going to this stage. */
    public void approve(Stage stage, String by) {
        requireName(by);
        synchronized (approvals) {
            approvals.put(stage, by);
        }
    }

    /**
     * The stage that follows {@code from} on the way to {@code wish}. FROZEN is passed through, never stopped at.
     */
    public static Stage next(Stage from, Stage wish) {
        Stage next = from.towards(wish);
        return next == Stage.FROZEN && from != wish
                ? next.towards(from.isBeyondFlip() ? Stage.OFF : Stage.COMPLETE)
                : next;
    }

    /** Every reason against the step from {@code from} to its neighbour {@code to}; empty when it may be made. */
    public List<String> obstacles(Stage from, Stage to) {
        List<String> reasons = new ArrayList<>();
        try {
            if (from == Stage.COMPLETE) {
                reasons.add(
                        "a completed migration has no way back: writes have left no intents since, and the origin is"
                                + " closed; begin another migration in the other direction");
            } else if (from == Stage.OFF && to == Stage.JOURNAL) {
                beginning(reasons);
            } else if (from == Stage.DUAL_WRITE && to == Stage.SHADOW) {
                backfilled(reasons);
            } else if (from == Stage.SHADOW && to == Stage.LIVE) {
                backfilled(reasons);
                verified(reasons);
                handedOver(Side.ORIGIN, reasons);
            } else if (from == Stage.LIVE && to == Stage.SHADOW) {
                handedOver(Side.TARGET, reasons);
            } else if (to == Stage.COMPLETE) {
                approved(Stage.COMPLETE, "there is no way back from it", reasons);
            }
        } catch (ControlException | JournalException unreadable) {
            reasons.add(unreadable.getMessage());
        } catch (Exception failed) {
            reasons.add("a gate could not be checked (" + failed.getClass().getSimpleName()
                    + "); make both stores reachable and try again");
        }
        return List.copyOf(reasons);
    }

    /**
     * Everything that is wrong with both sides, whatever the stage: with the authority, with the other side as a copy, and
     * with handing over between them. Each reason once. After completion only the target is looked at.
     */
    public List<String> preflight() {
        Set<String> reasons = new LinkedHashSet<>();
        Side leader = board.refresh().leader();
        Stage at = board.stage();
        if (at == Stage.OFF) {
            List<String> attested = new ArrayList<>();
            approved(Stage.JOURNAL, EVERY_WRITER, attested);
            reasons.addAll(attested);
        }
        boolean reached = true;
        for (Side side : at == Stage.COMPLETE ? List.of(leader) : List.of(Side.values())) {
            try {
                board.refresh(side);
            } catch (ControlException unreadable) {
                reasons.add(String.valueOf(unreadable.getMessage()));
                reached = false;
            }
        }
        reasons.addAll(preflight.authority(leader));
        if (reached && at != Stage.COMPLETE) {
            reasons.addAll(preflight.copy(leader.other()));
            reasons.addAll(preflight.handover(leader));
        }
        return List.copyOf(reasons);
    }

    /**
     * Makes the step from {@code from} to its neighbour {@code to}.
     *
     * @throws StageRefusedException with every reason; the stage is {@code from} still
     * @throws ControlException when a control row could not be reached; look at the stage again
     */
    public void step(Stage from, Stage to) throws InterruptedException {
        Side side = from.isBeyondFlip() ? Side.TARGET : Side.ORIGIN;
        // Before the gates: what they say holds for this version of the row, and the change is made from no other.
        ControlRow row = authorityAt(side, from, to);
        List<String> reasons = obstacles(from, to);
        if (!reasons.isEmpty()) {
            throw new StageRefusedException(from, to, reasons);
        }
        if (from == Stage.OFF) {
            begin(row);
        } else if (from.isBeyondFlip() != to.isBeyondFlip()) {
            handover.run(side, row);
        } else {
            if (from == Stage.JOURNAL && to == Stage.DUAL_WRITE) {
                waitForTransfers();
            }
            change(side, row, row.authority(to), from, to);
        }
        handover.settle();
    }

    /**
     * Waits for the transfers in flight on the target. A node that slept since an earlier generation may have begun one at
     * OFF and have read there what a write has changed since without an intent; committed after a backfill that saw nothing
     * to bring over, it would put back a record that was deleted. Whoever begins after this reads what has intents.
     */
    private void waitForTransfers() throws InterruptedException {
        ControlRow target = board.refresh(Side.TARGET);
        change(Side.TARGET, target, target, Stage.JOURNAL, Stage.DUAL_WRITE);
    }

    /**
     * Takes the authority from a side that cannot be reached, and gives it to the other one in a new generation, at
     * DUAL_WRITE. See {@link PossibleLoss} for what that may cost.
     *
     * @param by who answers for it
     * @throws StageRefusedException when the side can be reached, or the other one is no copy
     * @throws ControlException when the other side cannot be reached either
     */
    public void force(Side lost, String by) throws InterruptedException {
        requireName(by);
        handover.force(lost, by);
    }

    /**
     * Lets a side follow again from which the authority was taken, once nothing is left in its journal.
     *
     * @throws StageRefusedException when it was not lost, is not closed yet, or has changes that nobody has reconciled
     * @throws ControlException when a control row could not be reached
     */
    public void readopt(Side lost) throws InterruptedException {
        handover.readopt(lost);
    }

    private static void requireName(String by) {
        if (by.isBlank()) {
            throw new IllegalArgumentException("An approval says who gave it");
        }
    }

    private void begin(ControlRow origin) throws InterruptedException {
        // The target is read before the origin is looked at again. Whoever else begins changes the target first: a
        // coordinator that slept here fails at the target, and never touches what that one has made of it since.
        ControlRow target = board.refresh(Side.TARGET);
        if (authorityAt(Side.ORIGIN, Stage.OFF, Stage.JOURNAL).version() != origin.version()) {
            throw new StageRefusedException(
                    Stage.OFF, Stage.JOURNAL, List.of("somebody else has begun by now; look again"));
        }
        int generation = origin.generation() + 1;
        // First the target: dying between the two changes leaves a row there that nothing looks at before the second.
        change(
                Side.TARGET,
                target,
                target.as(Role.COPY, origin.handover()).inGeneration(generation),
                Stage.OFF,
                Stage.JOURNAL);
        change(Side.ORIGIN, origin, origin.authority(Stage.JOURNAL).inGeneration(generation), Stage.OFF, Stage.JOURNAL);
        synchronized (approvals) {
            // What has no way back was approved of in another generation.
            approvals.remove(Stage.COMPLETE);
        }
    }

    private ControlRow authorityAt(Side side, Stage from, Stage to) {
        ControlRow row = board.refresh(side);
        if (row.role() != Role.AUTHORITY || row.stage() != from) {
            throw new StageRefusedException(from, to, List.of("the stage is " + board.stage() + " by now; look again"));
        }
        return row;
    }

    private void change(Side side, ControlRow row, ControlRow next, Stage from, Stage to) throws InterruptedException {
        Pace.Deadline deadline = pace.in(settings.budget());
        while (true) {
            try {
                ControlRow now = controls.of(side).change(row, next);
                if (now == null) {
                    throw new StageRefusedException(
                            from,
                            to,
                            List.of("the control row of the " + side + " was changed by somebody else; look again"));
                }
                board.note(side, now);
                return;
            } catch (FenceBusyException busy) {
                if (deadline.isOver()) {
                    throw new StageRefusedException(
                            from,
                            to,
                            List.of("transactions in flight on the " + side + " were not over after "
                                    + settings.budget() + "; look for long transactions there"
                                    + Holder.told(controls.of(side).holders())));
                }
                pace.pause(settings.retry());
            }
        }
    }

    private void beginning(List<String> reasons) {
        approved(Stage.JOURNAL, EVERY_WRITER, reasons);
        reasons.addAll(preflight.copy(Side.TARGET));
        if (reasons.isEmpty() && board.refresh(Side.TARGET).role() != Role.COPY) {
            reasons.add("the control row of the TARGET says "
                    + board.refresh(Side.TARGET).role()
                    + ": a migration is under way there or was completed; use another migration name");
        }
    }

    private void approved(Stage stage, String why, List<String> reasons) {
        synchronized (approvals) {
            if (!approvals.containsKey(stage)) {
                reasons.add("stage " + stage + " needs somebody's approval, since " + why + ": call "
                        + (stage == Stage.JOURNAL ? "attestedBy(who) on the builder" : "approve(" + stage + ", who)"));
            }
        }
    }

    private int generation() {
        Side leader = board.view().leader();
        return board.refresh(leader).generation();
    }

    private void backfilled(List<String> reasons) {
        if (backfill != null && !backfill.isComplete(generation())) {
            reasons.add("the backfill of this generation is not complete; run backfill()");
        }
    }

    private void verified(List<String> reasons) {
        if (backfill != null && !verifier.isClean(generation())) {
            reasons.add("no clean verification since the last repair; run verify(REPAIR) until it is clean");
        }
    }

    private void handedOver(Side from, List<String> reasons) throws Exception {
        Backlog backlog = journals.of(from).backlog();
        if (backlog.quarantined() > 0) {
            reasons.add(backlog.quarantined() + " intents are quarantined; find the cause and release them");
        }
        if (backlog.oldest().compareTo(settings.oldestIntent()) > 0) {
            reasons.add(backlog.open() + " intents open, the oldest for " + backlog.oldest() + ", more than "
                    + settings.oldestIntent() + "; wait for the relay or look at the copy's breaker");
        }
        // Under load the list never stays short by itself: work it off here, for a while, before saying that it is
        // long.
        int unconfirmed = verifier.unconfirmed(from, settings.mostUnconfirmed() + 1);
        for (int round = 0; round < RECHECK_ROUNDS && unconfirmed > settings.mostUnconfirmed(); round++) {
            verifier.recheck(from, RECHECK_AT_ONCE);
            unconfirmed = verifier.unconfirmed(from, settings.mostUnconfirmed() + 1);
        }
        if (unconfirmed > settings.mostUnconfirmed()) {
            reasons.add(
                    "more than " + settings.mostUnconfirmed() + " records wait to be rechecked; wait for the verifier");
        }
        ControlRow follower = board.refresh(from.other());
        if (follower.role() != Role.COPY
                || follower.handover() != board.refresh(from).handover()) {
            reasons.add("the " + from.other() + " is " + follower.role() + " at handover " + follower.handover()
                    + ", no copy of this authority; "
                    + (handover.isLost(from.other(), follower)
                            ? "it was lost: reconcile its changes and readopt it"
                            : "wait for the handover before to be settled"));
        }
        reasons.addAll(preflight.handover(from));
    }
}
