package io.dualwrite.control.ramp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What follows from where a ramp stands, and an order or a look. The whole of it: no clock, no store, no thread. A failed
 * critical gate rolls back from every phase in which the copy may answer; a share grows only by one step, only while RAMPING,
 * and only when every critical gate passes.
 */
final class RampMachine {
    static final int ERRORS_UNTIL_HELD = 4;

    /**
     * What an order leads to.
     *
     * @param to where it leads; where it stands when it was refused
     * @param refused why nothing changes; empty when it was followed
     */
    record Move(RampState to, String refused) {
        boolean isMade() {
            return refused.isEmpty();
        }
    }

    private final RampPlan plan;

    RampMachine(RampPlan plan) {
        this.plan = plan;
    }

    Move begin(RampState at) {
        return at.phase() == RampPhase.OFF
                ? made(at.at(RampPhase.RAMPING, 0, percent(0), "begun"))
                : refused(at, "a ramp begins when it is OFF, and this one is " + at.phase());
    }

    Move pause(RampState at, String why) {
        return at.phase() == RampPhase.RAMPING
                ? made(at.with(RampPhase.PAUSED, why))
                : refused(at, "only a ramp that is RAMPING can be paused, and this one is " + at.phase());
    }

    Move resume(RampState at, Duration inPhase) {
        if (at.phase() == RampPhase.PAUSED || at.phase() == RampPhase.HELD) {
            return made(at.at(RampPhase.RAMPING, at.step(), at.percent(), "resumed"));
        }
        if (at.phase() != RampPhase.ROLLED_BACK) {
            return refused(at, "there is nothing to resume: the ramp is " + at.phase());
        }
        Duration left = plan.coolDownAfter(at.rollbacks()).minus(inPhase);
        return left.isNegative() || left.isZero()
                ? made(at.at(RampPhase.RAMPING, 0, percent(0), "begun again after " + at.rollbacks() + " rollbacks"))
                : refused(at, "it cools down for " + left + " more, seen from here, after: " + at.why());
    }

    Move abort(RampState at, String why) {
        return at.phase().isArmed()
                ? made(at.at(RampPhase.OFF, -1, 0, why))
                : refused(at, "all reads go to the source already: the ramp is " + at.phase());
    }

    Move trip(RampState at, String why) {
        return at.phase().isArmed()
                ? made(at.rolledBack(why))
                : refused(at, "all reads go to the source already: the ramp is " + at.phase());
    }

    /** Where a look leads; empty when nothing changes. */
    Optional<RampState> look(RampState at, Judgement seen) {
        if (at.phase() == RampPhase.ROLLED_BACK && plan.resumesItself()) {
            Move again = resume(at, seen.inPhase());
            return again.isMade() ? Optional.of(again.to()) : Optional.empty();
        }
        if (!at.phase().isArmed()) {
            return Optional.empty();
        }
        Optional<Ruling> failure = seen.failure();
        if (failure.isPresent()) {
            return Optional.of(at.rolledBack(failure.get().toString()));
        }
        return at.phase() == RampPhase.RAMPING ? onTheWay(at, seen) : Optional.empty();
    }

    private Optional<RampState> onTheWay(RampState at, Judgement seen) {
        RampStep step = step(at);
        int next = at.step() + 1;
        boolean last = next >= plan.steps().size();
        List<String> against = seen.against(step, !last && percent(next) == 100);
        if (against.isEmpty()) {
            return Optional.of(
                    last
                            ? at.with(RampPhase.FULL, "every gate of the last step passed")
                            : at.at(RampPhase.RAMPING, next, percent(next), "every gate passed"));
        }
        if (seen.errorsInARow() >= ERRORS_UNTIL_HELD) {
            return Optional.of(at.with(RampPhase.HELD, "a gate could not be asked: " + against));
        }
        if (seen.inPhase().compareTo(step.atMost()) >= 0) {
            return Optional.of(
                    at.with(RampPhase.HELD, "no decision in " + step.atMost() + ", which still needs: " + against));
        }
        return Optional.empty();
    }

    /** What the next step still needs; empty when the ramp is not on its way. */
    List<String> needs(RampState at, Judgement seen) {
        if (at.phase() != RampPhase.RAMPING) {
            return List.of();
        }
        int next = at.step() + 1;
        return seen.against(step(at), next < plan.steps().size() && percent(next) == 100);
    }

    /** A node whose plan has fewer steps takes what it does not know for its last one. */
    private RampStep step(RampState at) {
        return plan.steps().get(Math.min(at.step(), plan.steps().size() - 1));
    }

    private int percent(int step) {
        return plan.steps().get(step).percent();
    }

    private static Move made(RampState to) {
        return new Move(to, "");
    }

    private static Move refused(RampState at, String why) {
        return new Move(at, why);
    }
}
