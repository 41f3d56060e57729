package io.dualwrite.repair;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the relay works.
 *
 * @param batch records per transfer, 1 to 10,000; default 100
 * @param lease for how long a claimed record is left to its relay; default 10 s; a relay that dies delays its records by
 *     this much
 * @param poll how long the relay rests when there is nothing to do and nobody wakes it; default 500 ms; bounds how late
 *     intents of other nodes and of joined transactions are seen
 * @param firstDelay before a failed record is tried again; doubles with each attempt; default 100 ms
 * @param longestDelay that doubling ends here; default 30 s
 * @param maxAttempts after so many attempts that counted, a record is quarantined; default 10; attempts while the whole
 *     copy is failing do not count
 * @param threads how many transfers one relay makes at the same time, from 1 to 8, each with a connection of each side;
 *     default 1. A relay that falls behind is helped by more as long as the databases have processors to spare
 */
public record RelaySettings(
        int batch,
        Duration lease,
        Duration poll,
        Duration firstDelay,
        Duration longestDelay,
        int maxAttempts,
        int threads) {
    /** The most threads. */
    public static final int MOST_THREADS = 8;

    public RelaySettings {
        if (batch < 1 || batch > 10_000) {
            throw new IllegalArgumentException("A relay's batch is 1 to 10,000 records, not " + batch);
        }
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("A relay makes at least one attempt, not " + maxAttempts);
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("relay.threads is 1 to " + MOST_THREADS + ", not " + threads);
        }
        given(lease, "lease");
        given(poll, "poll");
        given(firstDelay, "firstDelay");
        given(longestDelay, "longestDelay");
        for (Duration each : new Duration[] {lease, poll, firstDelay, longestDelay}) {
            if (each.isNegative() || each.isZero()) {
                throw new IllegalArgumentException("A relay's lease, poll and delays are positive, not " + each);
            }
        }
    }

    /** With one thread. */
    public RelaySettings(
            int batch, Duration lease, Duration poll, Duration firstDelay, Duration longestDelay, int maxAttempts) {
        this(batch, lease, poll, firstDelay, longestDelay, maxAttempts, 1);
    }

    /** The defaults. */
    public static RelaySettings defaults() {
        return new RelaySettings(
                100,
                Duration.ofSeconds(10),
                Duration.ofMillis(500),
                Duration.ofMillis(100),
                Duration.ofSeconds(30),
                10);
    }

    public RelaySettings withBatch(int records) {
        return new RelaySettings(records, lease, poll, firstDelay, longestDelay, maxAttempts, threads);
    }

    public RelaySettings withPoll(Duration rest) {
        return new RelaySettings(batch, lease, rest, firstDelay, longestDelay, maxAttempts, threads);
    }

    public RelaySettings withAttempts(int attempts, Duration first, Duration longest) {
        return new RelaySettings(batch, lease, poll, first, longest, attempts, threads);
    }

    public RelaySettings withThreads(int many) {
        return new RelaySettings(batch, lease, poll, firstDelay, longestDelay, maxAttempts, many);
    }

    private static void given(@Nullable Duration duration, String setting) {
        Objects.requireNonNull(duration, () -> "relay." + setting + " is a duration, not null");
    }
}
