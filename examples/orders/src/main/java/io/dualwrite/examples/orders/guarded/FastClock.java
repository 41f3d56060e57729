package io.dualwrite.examples.orders.guarded;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A time of day in which ten minutes take a second, so that nobody has to wait an hour for an example. */
final class FastClock extends Clock {
    private static final int TIMES = 600;

    private final Instant began = Instant.now();
    private final long nanos = System.nanoTime();

    @Override
    public Instant instant() {
        return began.plus(Duration.ofNanos(System.nanoTime() - nanos).multipliedBy(TIMES));
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
