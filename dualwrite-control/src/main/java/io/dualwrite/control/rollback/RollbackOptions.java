package io.dualwrite.control.rollback;

import io.dualwrite.fence.Pace;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What belongs to the ways back of one application. Immutable.
 *
 * @param criteria when to go back, one sentence each; default: those of the library's own rules
 * @param first steps of the application's own before all others, such as sending all reads to the origin; default none
 * @param last steps of its own after all others; default none
 * @param patience how long a step's checks may take to hold, from zero; default 30 s
 * @param pace measures and waits
 * @param clock dates what was measured; decides nothing
 */
public record RollbackOptions(
        List<String> criteria,
        List<RollbackStep> first,
        List<RollbackStep> last,
        Duration patience,
        Pace pace,
        Clock clock) {
    private static final List<String> CRITERIA = List.of(
            "a record is found to differ after the switch, and the cause is not known within fifteen minutes",
            "writes fail, or take longer than before the switch, and users feel it",
            "the target loses its place as the one that writes go to, or nears a limit of its own",
            "a guard of the read ramp or a check of the application's own fails and does not recover by itself");

    public RollbackOptions {
        criteria = List.copyOf(criteria);
        first = List.copyOf(first);
        last = List.copyOf(last);
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience is zero or more, not " + patience);
        }
    }

    /** The defaults. */
    public static RollbackOptions defaults() {
        return new RollbackOptions(
                CRITERIA, List.of(), List.of(), Duration.ofSeconds(30), Pace.real(), Clock.systemUTC());
    }

    /** The same with these criteria. */
    public RollbackOptions withCriteria(List<String> all) {
        return new RollbackOptions(all, first, last, patience, pace, clock);
    }

    /** The same with one more step at the beginning. */
    public RollbackOptions beginningWith(RollbackStep more) {
        return new RollbackOptions(criteria, and(first, more), last, patience, pace, clock);
    }

    /** The same with one more step at the end. */
    public RollbackOptions endingWith(RollbackStep more) {
        return new RollbackOptions(criteria, first, and(last, more), patience, pace, clock);
    }

    /** The same with another patience. */
    public RollbackOptions withPatience(Duration atMost) {
        return new RollbackOptions(criteria, first, last, atMost, pace, clock);
    }

    /** The same with this measure of time and this time of day. */
    public RollbackOptions withTime(Pace measured, Clock told) {
        return new RollbackOptions(criteria, first, last, patience, measured, told);
    }

    private static List<RollbackStep> and(List<RollbackStep> steps, RollbackStep more) {
        List<RollbackStep> all = new ArrayList<>(steps);
        all.add(more);
        return all;
    }
}
