package io.dualwrite.control.ramp;

import io.dualwrite.control.ramp.Ruling.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What all gates say at one look, over all nodes. Immutable.
 *
 * @param inPhase for how long the ramp has been seen as it is, by a clock that no adjustment moves
 * @param reads how many reads the copy was asked since evidence is counted
 * @param errorsInARow at how many looks in a row a critical gate could not be asked
 * @param fullLoad whether the target is known to carry the full load
 * @param holds why other nodes would not go on, if they would not
 */
public record Judgement(
        List<Ruling> rulings, Duration inPhase, long reads, int errorsInARow, boolean fullLoad, List<String> holds) {
    public Judgement {
        rulings = List.copyOf(rulings);
        holds = List.copyOf(holds);
    }

    /** The first critical gate that failed. */
    public Optional<Ruling> failure() {
        return rulings.stream()
                .filter(ruling -> ruling.critical() && ruling.verdict() == Verdict.FAIL)
                .findFirst();
    }

    /** Everything that stands against the next step, in words. */
    List<String> against(RampStep step, boolean toFullShare) {
        List<String> reasons = new ArrayList<>();
        rulings.stream()
                .filter(ruling -> ruling.critical() && ruling.verdict() != Verdict.PASS)
                .forEach(ruling -> reasons.add(ruling.toString()));
        reasons.addAll(holds);
        if (inPhase.compareTo(step.atLeast()) < 0) {
            reasons.add("the step lasts " + step.atLeast() + " at least");
        }
        if (reads < step.reads()) {
            reasons.add((step.reads() - reads) + " more reads of the copy");
        }
        if (toFullShare && !fullLoad) {
            reasons.add("the target has not carried the full load: shadow every read, or say who has tested it");
        }
        return reasons;
    }
}
