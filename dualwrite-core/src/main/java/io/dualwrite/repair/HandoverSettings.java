package io.dualwrite.repair;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of a flip or rollback.
 *
 * @param budget from closing the old authority to ceding it; past that it is opened again and nothing has happened;
 *     default 5 s. Must be less than writers wait, so that a flip that ends in time fails nobody
 * @param oldestIntent a flip does not start while the oldest intent is older; default 5 s
 * @param mostUnconfirmed nor while more records than this wait to be rechecked; default 200
 * @param retry how long to rest between two attempts to get the fence; default 20 ms
 */
public record HandoverSettings(Duration budget, Duration oldestIntent, int mostUnconfirmed, Duration retry) {
    public HandoverSettings {
        given(budget, "budget");
        given(oldestIntent, "oldestIntent");
        given(retry, "retry");
    }

    /** The defaults. */
    public static HandoverSettings defaults() {
        return new HandoverSettings(Duration.ofSeconds(5), Duration.ofSeconds(5), 200, Duration.ofMillis(20));
    }

    public HandoverSettings withBudget(Duration atMost) {
        return new HandoverSettings(atMost, oldestIntent, mostUnconfirmed, retry);
    }

    private static void given(@Nullable Duration duration, String setting) {
        Objects.requireNonNull(duration, () -> "handover." + setting + " is a duration, not null");
    }
}
