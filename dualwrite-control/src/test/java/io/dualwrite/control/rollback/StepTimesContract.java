package io.dualwrite.control.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What every store of times does. */
abstract class StepTimesContract {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    /** One with nothing in it. */
    abstract StepTimes times() throws Exception;

    @Test
    void timesAreKeptApartInTheirOrder() throws Exception {
        StepTimes times = times();
        StepTime first = new StepTime("LIVE → SHADOW", Duration.ofNanos(1_234_000), true, NOON);
        StepTime second = new StepTime("LIVE → SHADOW", Duration.ofMinutes(3), false, NOON.plusMillis(1));
        times.keep("shop", first);
        times.keep("other", second);
        times.keep("shop", second);
        assertThat(times.of("shop")).containsExactly(first, second);
        assertThat(times.of("other")).containsExactly(second);
        assertThat(times.of("nobody")).isEmpty();
    }

    @Test
    void theLastThousandAreTold() throws Exception {
        StepTimes times = times();
        for (int each = 0; each < 1_002; each++) {
            times.keep("shop", new StepTime("a", Duration.ofMillis(each), false, NOON.plusMillis(each)));
        }
        assertThat(times.of("shop")).hasSize(1_000);
        assertThat(times.of("shop").get(0).took()).isEqualTo(Duration.ofMillis(2));
    }
}
