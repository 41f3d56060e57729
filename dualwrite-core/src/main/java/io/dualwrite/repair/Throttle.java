package io.dualwrite.repair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a backfill gives way to before each of its chunks.
 *
 * @param openIntents it waits while more intents than this are open, 1 or more; default 10,000
 * @param oldestIntent it waits while the oldest intent is older than this; default 1 min. Not looked at while records are in
 *     quarantine or ranges are open, since the age then says nothing about how busy the relay is
 * @param slowdown it waits while reading one row of a side takes more than this many times as long as the quickest such read
 *     of the last ten minutes, 2 or more; default 10
 * @param quick reads of one row that take no longer than this are never slow; default 100 ms
 * @param askAgain how long it waits until it asks again; at least 1 ms, default 200 ms
 * @param answerWithin how long one of {@code brakes} may take to answer until it counts as braking; default 5 s
 * @param brakes what else it waits for; none by default
 */
public record Throttle(
        long openIntents,
        Duration oldestIntent,
        int slowdown,
        Duration quick,
        Duration askAgain,
        Duration answerWithin,
        List<Brake> brakes) {
    public Throttle {
        if (openIntents < 1) {
            throw new IllegalArgumentException("throttle.openIntents is 1 or more, not " + openIntents);
        }
        if (slowdown < 2) {
            throw new IllegalArgumentException("throttle.slowdown is 2 or more, not " + slowdown);
        }
        Objects.requireNonNull(oldestIntent, "throttle.oldestIntent is a duration, not null");
        Objects.requireNonNull(quick, "throttle.quick is a duration, not null");
        atLeastAMillisecond(askAgain, "askAgain");
        atLeastAMillisecond(answerWithin, "answerWithin");
        brakes = List.copyOf(brakes);
    }

    /** The defaults, which are met only where something is wrong. */
    public static Throttle defaults() {
        return new Throttle(
                10_000,
                Duration.ofMinutes(1),
                10,
                Duration.ofMillis(100),
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                List.of());
    }

    /** With other bounds of the journal. */
    public Throttle withBacklog(long open, Duration oldest) {
        return new Throttle(open, oldest, slowdown, quick, askAgain, answerWithin, brakes);
    }

    /** With other bounds of how slowly a side may answer. */
    public Throttle withLatency(int times, Duration neverSlow) {
        return new Throttle(openIntents, oldestIntent, times, neverSlow, askAgain, answerWithin, brakes);
    }

    /** With other times of asking. */
    public Throttle withAsking(Duration again, Duration within) {
        return new Throttle(openIntents, oldestIntent, slowdown, quick, again, within, brakes);
    }

    /** With one brake more. */
    public Throttle withBrake(Brake more) {
        List<Brake> all = new ArrayList<>(brakes);
        all.add(more);
        return new Throttle(openIntents, oldestIntent, slowdown, quick, askAgain, answerWithin, all);
    }

    private static void atLeastAMillisecond(Duration duration, String setting) {
        Objects.requireNonNull(duration, () -> "throttle." + setting + " is a duration, not null");
        if (duration.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("throttle." + setting + " is 1 ms or more, not " + duration);
        }
    }
}
