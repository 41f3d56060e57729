package io.dualwrite.spring.boot;

import io.dualwrite.spring.DegradationSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A bean that the application can do without, by its name; in the place of what its GracefulDegradation says.
 *
 * @param enabled Whether it degrades at all.
 * @param deadline How long a caller waits for one answer; 1 s by default.
 * @param atOnce How many calls may be under way or hang at once; 16 by default.
 * @param lastGood How old a last true answer to the same arguments may be to be given again; none is by default.
 */
@ConfigurationPropertiesSource
public record DegradationProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable Duration deadline,
        @Nullable Integer atOnce,
        @Nullable Duration lastGood) {
    DegradationSettings settings() {
        return new DegradationSettings(enabled, deadline, atOnce, lastGood);
    }
}
