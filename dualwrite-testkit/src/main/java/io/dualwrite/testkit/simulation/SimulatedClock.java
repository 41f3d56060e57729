package io.dualwrite.testkit.simulation;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** What {@code current_timestamp} becomes inside simulated databases; called by H2, hence public. */
public final class SimulatedClock {
    static final ThreadLocal<Baton> SETTING_UP = new ThreadLocal<>();

    private SimulatedClock() {}

    /** The simulated time of the run that the calling thread belongs to, or else the real time. */
    public static OffsetDateTime now() {
        Baton baton = Baton.current();
        if (baton == null) {
            baton = SETTING_UP.get();
        }
        return baton == null ? OffsetDateTime.now(ZoneOffset.UTC) : baton.now().atOffset(ZoneOffset.UTC);
    }
}
