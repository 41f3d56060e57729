package io.dualwrite.spring.boot.health;

import io.dualwrite.control.health.HealthCheck;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.boot.DualwriteProperties;
import io.dualwrite.spring.boot.health.MigrationHealth.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The health of all migrations, a part for each. Thread-safe. */
final class MigrationHealthContributor implements CompositeHealthContributor, AutoCloseable {
    private final Map<String, MigrationHealth> migrations = new LinkedHashMap<>();
    private final CompositeHealthContributor parts;

    MigrationHealthContributor(
            List<JdbcMigration> all, DualwriteProperties.Health properties, Function<String, List<HealthCheck>> more) {
        all.forEach(migration -> migrations.put(
                migration.name(), new MigrationHealth(migration, properties, () -> more.apply(migration.name()))));
        this.parts =
                CompositeHealthContributor.fromMap(migrations, health -> (HealthIndicator) () -> told(health.look()));
    }

    private static Health told(Report report) {
        return Health.status(report.status()).withDetails(report.details()).build();
    }

    @Override
    public @Nullable HealthContributor getContributor(String name) {
        return parts.getContributor(name);
    }

    @Override
    public Stream<Entry> stream() {
        return parts.stream();
    }

    @Override
    public void close() {
        migrations.values().forEach(MigrationHealth::close);
    }
}
