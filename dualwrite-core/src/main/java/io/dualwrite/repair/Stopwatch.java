package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.HandoverMeasured;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.Side;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures the steps of one handover, and how long neither side accepted writes. Belongs to one thread. */
final class Stopwatch {
    private final Pace pace;
    private final Map<String, Duration> laps = new LinkedHashMap<>();
    private long begun;
    private long closedAt;
    private Duration closed = Duration.ZERO;

    Stopwatch(Pace pace) {
        this.pace = pace;
        this.begun = pace.nanos();
    }

    /** A step has ended here. */
    void lap(String step) {
        long now = pace.nanos();
        laps.merge(step, Duration.ofNanos(now - begun), Duration::plus);
        begun = now;
    }

    /** The old authority has just been closed. */
    void closed() {
        lap("close");
        closedAt = begun;
    }

    /** One of the sides has just been opened. */
    void opened(String step) {
        lap(step);
        closed = Duration.ofNanos(begun - closedAt);
    }

    HandoverMeasured measured(Side from, boolean completed) {
        return new HandoverMeasured(from, completed, closed, laps);
    }
}
