package io.dualwrite.repair;

import io.dualwrite.fence.Control;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives way to a side that has become slow: reads its control row, which is one row by its primary key wherever it is kept,
 * and compares with the quickest such read of late. Of two reads in a row the quicker one counts, so that a single hiccup
 * is none. A side that stays slower than it was is as it is after {@link #WINDOW} twice. Thread-safe; blocks on both sides.
 */
final class LatencyBrake implements Brake {
    static final Duration WINDOW = Duration.ofMinutes(10);

    private static final int READS = 2;

    private final Sides<Control> controls;
    private final Throttle throttle;
    private final Pace pace;
    private final Sides<Quickest> quickest;

    LatencyBrake(Sides<Control> controls, Throttle throttle, Pace pace) {
        this.controls = controls;
        this.throttle = throttle;
        this.pace = pace;
        this.quickest = Sides.each(side -> new Quickest(pace));
    }

    @Override
    public @Nullable String reason() {
        List<Side> slow = new ArrayList<>();
        for (Side side : Side.values()) {
            if (isSlow(side)) {
                slow.add(side);
            }
        }
        return slow.isEmpty()
                ? null
                : "more than " + throttle.slowdown() + " times as long as before is taken to answer by " + slow;
    }

    private boolean isSlow(Side side) {
        for (int reads = 0; reads < READS; reads++) {
            long began = pace.nanos();
            controls.of(side).read();
            long took = pace.nanos() - began;
            long best = quickest.of(side).with(took);
            if (took <= throttle.quick().toNanos() || took / throttle.slowdown() <= best) {
                return false;
            }
        }
        return true;
    }

    /** The smallest of the values that came within this window and the one before. Thread-safe. */
    private static final class Quickest {
        private final Pace pace;
        private Pace.Deadline end;
        private long before = Long.MAX_VALUE;
        private long now = Long.MAX_VALUE;

        Quickest(Pace pace) {
            this.pace = pace;
            this.end = pace.in(WINDOW);
        }

        synchronized long with(long value) {
            Duration left = end.remaining();
            if (left.compareTo(Duration.ZERO) <= 0) {
                before = left.plus(WINDOW).isNegative() ? Long.MAX_VALUE : now;
                now = Long.MAX_VALUE;
                end = pace.in(WINDOW);
            }
            now = Math.min(now, value);
            return Math.min(now, before);
        }
    }
}
