package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.path.ReadWatch;
import io.dualwrite.stage.Side;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the copy does to reads at SHADOW, where it is the target, and trips the wire on the thread of the answer that is
 * one too bad.
 *
 * <p>A ramped read that the copy fails counts when the source then answers it: where both throw, the call is to blame, not the
 * copy. The event of the fall-back and the source's answer follow each other on one thread, which is how they are matched.
 *
 * <p>Thread-safe; never blocks.
 */
final class ReadSensor implements ReadWatch, MigrationListener {
    private final BooleanSupplier isAtShadow;
    private final SourceLatency source = new SourceLatency();
    private final double ratio;
    private final Tripwire wire;
    private final Consumer<String> trip;
    private final Runnable asked;
    private final ThreadLocal<Boolean> failedByCopy = new ThreadLocal<>();
    private volatile ReadTally tally = new ReadTally(-1);
    private volatile @Nullable BacklogMeasured backlog;

    /**
     * @param isAtShadow whether the target is a copy whose answers count
     * @param plan whose gates say what is too bad
     * @param asked called after each answer of the copy
     * @param trip told why, on the thread of the answer, when the copy must be asked no more
     */
    ReadSensor(BooleanSupplier isAtShadow, RampPlan plan, Runnable asked, Consumer<String> trip) {
        this.isAtShadow = isAtShadow;
        this.wire = new Tripwire(plan.gates());
        this.asked = asked;
        this.trip = trip;
        this.ratio = plan.gates().stream()
                .filter(gate -> gate instanceof Gate.ReadGate reads && reads.measure() == Gate.Measure.SLOW)
                .mapToDouble(gate -> ((Gate.ReadGate) gate).ratio())
                .findFirst()
                .orElse(1);
    }

    @Override
    public void answered(Side side, long nanos) {
        if (!isAtShadow.getAsBoolean()) {
            return;
        }
        if (side == Side.TARGET) {
            copyAnswered(nanos);
        } else {
            source.record(nanos);
            tally.bySource();
            if (failedByCopy.get() != null) {
                failedByCopy.remove();
                tally.failed();
                bad(Gate.Measure.ERRORS);
            }
        }
    }

    @Override
    public void threw(Side side, long nanos) {
        if (side == Side.ORIGIN && failedByCopy.get() != null) {
            failedByCopy.remove();
        }
    }

    @Override
    public void on(MigrationEvent event) {
        if (event instanceof BacklogMeasured measured) {
            backlog = measured;
        } else if (!isAtShadow.getAsBoolean()) {
            return;
        } else if (event instanceof FellBack back && back.failed() == Side.TARGET) {
            failedByCopy.set(true);
        } else if (event instanceof ShadowCompared compared) {
            tally.compared(compared.equal());
            if (!compared.equal()) {
                bad(Gate.Measure.MISMATCHES);
            }
        } else if (event instanceof ShadowFailed) {
            tally.shadowFailed();
            tally.failed();
            bad(Gate.Measure.ERRORS);
        } else if (event instanceof BreakerMoved moved && moved.state().equals("OPEN")) {
            trip.accept("the breaker around the copy opened");
        }
    }

    /** Counts from zero on, as of this epoch. */
    void begin(long epoch) {
        tally = new ReadTally(epoch);
        wire.restart();
    }

    /** Called about twice a second by one thread. */
    void renew() {
        source.renew();
    }

    ReadTally tally() {
        return tally;
    }

    /** What was last measured of the journal; null before. */
    @Nullable BacklogMeasured backlog() {
        return backlog;
    }

    private void copyAnswered(long nanos) {
        wire.answered();
        tally.answered();
        long percentile = source.percentile();
        if (percentile != Long.MAX_VALUE) {
            boolean slow = nanos > percentile * ratio;
            tally.timed(slow);
            if (slow) {
                bad(Gate.Measure.SLOW);
            }
        }
        asked.run();
    }

    private void bad(Gate.Measure measure) {
        Evidence soFar = tally.of(measure);
        String why = wire.bad(measure, soFar);
        if (why != null) {
            trip.accept(why);
        }
        asked.run();
    }
}
