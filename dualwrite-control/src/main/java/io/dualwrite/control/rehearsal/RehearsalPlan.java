package io.dualwrite.control.rehearsal;

import io.dualwrite.control.rehearsal.TargetTrouble.Kind;
import io.dualwrite.control.rollback.RollbackOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a migration is rehearsed. Immutable.
 *
 * @param perSecond reads and writes a second, half of each, from 1; default 50
 * @param lasting for how long under each trouble, and without one, from 100 ms; default 10 s
 * @param workers how many threads call at the same time, from 1 to 64; default 4
 * @param troubles what goes wrong on the target, one after the other; default: a delay of 500 ms, every third call failing, an
 *     outage
 * @param slowest a 99th percentile of the application's calls up to this is fast enough in any case; default 50 ms
 * @param ratio and otherwise up to so many times that without trouble, from 1; default 3
 * @param patience how long the copy may take to catch up; default 1 min
 * @param rollback the application's own part of the way back
 */
public record RehearsalPlan(
        int perSecond,
        Duration lasting,
        int workers,
        List<Kind> troubles,
        Duration slowest,
        double ratio,
        Duration patience,
        RollbackOptions rollback) {
    public RehearsalPlan {
        troubles = List.copyOf(troubles);
        List<String> problems = new ArrayList<>();
        if (perSecond < 1) {
            problems.add("perSecond is 1 or more, not " + perSecond);
        }
        if (lasting.compareTo(Duration.ofMillis(100)) < 0) {
            problems.add("lasting is 100 ms or more, not " + lasting);
        }
        if (workers < 1 || workers > 64) {
            problems.add("workers is 1 to 64, not " + workers);
        }
        if (!(ratio >= 1)) {
            problems.add("ratio is 1 or more, not " + ratio);
        }
        if (slowest.isNegative() || patience.isNegative()) {
            problems.add("slowest and patience are zero or more, not " + slowest + " and " + patience);
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("This rehearsal cannot be made: " + String.join("; ", problems));
        }
    }

    /** The defaults. */
    public static RehearsalPlan defaults() {
        return new RehearsalPlan(
                50,
                Duration.ofSeconds(10),
                4,
                List.of(
                        new TargetTrouble.Delay(Duration.ofMillis(500)),
                        new TargetTrouble.Errors(3),
                        new TargetTrouble.Outage()),
                Duration.ofMillis(50),
                3,
                Duration.ofMinutes(1),
                RollbackOptions.defaults());
    }

    /** The same under this load. */
    public RehearsalPlan withLoad(int callsPerSecond, Duration each, int threads) {
        return new RehearsalPlan(callsPerSecond, each, threads, troubles, slowest, ratio, patience, rollback);
    }

    /** The same with these troubles. */
    public RehearsalPlan withTroubles(List<Kind> all) {
        return new RehearsalPlan(perSecond, lasting, workers, all, slowest, ratio, patience, rollback);
    }

    /** The same with these bounds of the 99th percentile. */
    public RehearsalPlan withLatency(Duration fastEnough, double timesAsLong) {
        return new RehearsalPlan(perSecond, lasting, workers, troubles, fastEnough, timesAsLong, patience, rollback);
    }

    /** The same, giving the copy so long to catch up. */
    public RehearsalPlan withPatience(Duration atMost) {
        return new RehearsalPlan(perSecond, lasting, workers, troubles, slowest, ratio, atMost, rollback);
    }

    /** The same with this way back. */
    public RehearsalPlan withRollback(RollbackOptions options) {
        return new RehearsalPlan(perSecond, lasting, workers, troubles, slowest, ratio, patience, options);
    }
}
