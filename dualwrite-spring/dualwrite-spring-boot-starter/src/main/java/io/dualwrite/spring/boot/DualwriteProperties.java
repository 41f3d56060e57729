package io.dualwrite.spring.boot;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of the library.
 *
 * @param enabled Whether the library does anything at all. When false no bean of it exists.
 * @param migrations The migrations of the application by their names.
 */
@ConfigurationProperties("dualwrite")
public record DualwriteProperties(
        @DefaultValue("true") boolean enabled, @DefaultValue Map<String, MigrationProperties> migrations) {
    public DualwriteProperties {
        migrations = Map.copyOf(migrations);
    }
}
