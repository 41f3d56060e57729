package io.dualwrite.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a bean degrades, in the place of what its annotation says; null for what that says, or for its default.
 *
 * @param enabled whether it degrades at all
 * @param deadline how long a caller waits for one answer
 * @param atOnce how many calls may be under way or hang at once
 * @param lastGood how old a last true answer to the same arguments may be to be given again
 */
public record DegradationSettings(
        boolean enabled,
        @Nullable Duration deadline,
        @Nullable Integer atOnce,
        @Nullable Duration lastGood) {}
