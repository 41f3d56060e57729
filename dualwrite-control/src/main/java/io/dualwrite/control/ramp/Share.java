package io.dualwrite.control.ramp;

import io.dualwrite.fence.Pace;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The share that this node's reads go by: the fleet's, or nothing while the node's own wire is tripped or nobody has been able
 * to read the fleet's for too long. Each change takes effect before the call returns. Thread-safe; never blocks for long.
 */
final class Share {
    private final IntConsumer ramp;
    private final Pace pace;
    private final long keptNanos;
    private RampState fleet = RampState.FIRST;
    private @Nullable String tripped;
    private volatile boolean zeroed = true;
    private volatile long lastSeen;

    Share(IntConsumer ramp, Pace pace, Duration kept) {
        this.ramp = ramp;
        this.pace = pace;
        this.keptNanos = kept.toNanos();
        this.lastSeen = pace.nanos();
        ramp.accept(0);
    }

    /** The fleet's state was read just now. */
    synchronized void fleet(RampState state) {
        lastSeen = pace.nanos();
        fleet = state;
        if (!state.phase().isArmed()) {
            // The fleet has gone back, for this wire or for another reason.
            tripped = null;
        }
        apply(tripped == null ? state.percent() : 0);
    }

    /** This node's reads go to the source until the fleet has gone back. True for the one call that makes it so. */
    synchronized boolean trip(String why) {
        if (tripped != null || !fleet.phase().isArmed()) {
            return false;
        }
        tripped = why;
        apply(0);
        return true;
    }

    /** Why the wire is tripped; null while it is not. */
    synchronized @Nullable String tripped() {
        return tripped;
    }

    /** Takes the share back when the fleet's state is too old; cheap enough to be called with every read. */
    boolean expire() {
        if (zeroed || pace.nanos() - lastSeen <= keptNanos) {
            return false;
        }
        synchronized (this) {
            if (pace.nanos() - lastSeen <= keptNanos) {
                return false;
            }
            apply(0);
            return true;
        }
    }

    /** Whether the fleet's state is too old to go by. */
    boolean isBlind() {
        return pace.nanos() - lastSeen > keptNanos;
    }

    /** From now on nothing is ramped here. */
    synchronized void end() {
        fleet = RampState.FIRST;
        apply(0);
    }

    private void apply(int percent) {
        ramp.accept(percent);
        zeroed = percent == 0;
    }
}
