package io.dualwrite.repair;

import io.dualwrite.journal.Backlog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Gives way to the relay: what has been written since comes before what was there before. Thread-safe; blocks. */
final class BacklogBrake implements Brake {
    /** How old a measurement may be; the background work measures twice a second. */
    private static final Duration RECENT = Duration.ofSeconds(1);

    private final BacklogGauge gauge;
    private final Throttle throttle;

    BacklogBrake(BacklogGauge gauge, Throttle throttle) {
        this.gauge = gauge;
        this.throttle = throttle;
    }

    @Override
    public @Nullable String reason() {
        Backlog backlog = gauge.notOlderThan(RECENT);
        if (backlog.open() > throttle.openIntents()) {
            return "more than " + throttle.openIntents() + " intents are open";
        }
        boolean tellsOfTheRelay = backlog.quarantined() == 0 && backlog.ranges() == 0;
        if (tellsOfTheRelay && backlog.oldest().compareTo(throttle.oldestIntent()) > 0) {
            return "the oldest intent is older than " + throttle.oldestIntent();
        }
        return null;
    }
}
