package io.dualwrite.examples.orders.guarded;

import io.dualwrite.fence.Pace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A time in which ten minutes take a second, so that nobody has to wait an hour for an example. */
final class FastTime extends Clock implements Pace {
    private static final int TIMES = 600;

    private final Instant began = Instant.now();
    private final long nanos = System.nanoTime();

    @Override
    public Instant instant() {
        return began.plus(Duration.ofNanos(nanos()));
    }

    @Override
    public long nanos() {
        return (System.nanoTime() - nanos) * TIMES;
    }

    @Override
    public void pause(Duration atLeast) throws InterruptedException {
        Pace.real().pause(atLeast.dividedBy(TIMES));
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.offset(this, Duration.ZERO).withZone(zone);
    }
}
