package io.dualwrite.spring.boot;

import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * The properties of the library.
 *
 * @param enabled Whether the library does anything at all. When false no bean of it exists.
 * @param migrations The migrations of the application by their names.
 * @param jdbc The library's own tables.
 * @param health What counts as healthy.
 * @param degradation Beans that the application can do without, by their names.
 */
@ConfigurationProperties("dualwrite")
public record DualwriteProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Map<String, MigrationProperties> migrations,
        @DefaultValue Jdbc jdbc,
        @DefaultValue Health health,
        @DefaultValue Map<String, DegradationProperties> degradation) {
    public DualwriteProperties {
        degradation = Map.copyOf(degradation);
        migrations = Map.copyOf(migrations);
    }

    /** What is said of the migration of this name. */
    MigrationProperties declared(String name) {
        MigrationProperties declared = migrations.get(name);
        if (declared == null) {
            throw new IllegalArgumentException("There is no migration '" + name + "' under dualwrite.migrations");
        }
        return declared;
    }

    /**
     * The library's own tables.
     *
     * @param initializeSchema Whether the library creates its own tables where they are missing: always, never, or embedded, where
     *     both databases are embedded ones. For one migration create-tables says it.
     */
    public record Jdbc(@DefaultValue("embedded") DatabaseInitializationMode initializeSchema) {}

    /**
     * What counts as healthy.
     *
     * @param oldestIntent How old the oldest open intent may be.
     * @param verificationLag For how long no round of continuous verification need end.
     * @param slowAfter From when on an answer of a store counts as slow.
     * @param within The time limit of one check; no less than slow-after.
     * @param reportDown Whether a migration that accepts no writes is DOWN; DEGRADED otherwise, so that no load balancer takes a
     *     whole fleet out of rotation.
     */
    public record Health(
            @DefaultValue("5m") Duration oldestIntent,
            @DefaultValue("1d") Duration verificationLag,
            @DefaultValue("500ms") Duration slowAfter,
            @DefaultValue("3s") Duration within,
            @DefaultValue("false") boolean reportDown) {
        public Health {
            if (slowAfter.isNegative() || slowAfter.isZero() || within.compareTo(slowAfter) < 0) {
                throw new IllegalArgumentException(
                        "dualwrite.health: slow-after is more than zero and within no less, not " + slowAfter + " and "
                                + within);
            }
        }
    }
}
