package io.dualwrite.spring.boot.health;

import io.dualwrite.control.health.HealthCheck;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.boot.Controls;
import io.dualwrite.spring.boot.DualwriteAutoConfiguration;
import io.dualwrite.spring.boot.DualwriteProperties;
import io.dualwrite.spring.boot.StageHolds;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * The health contributor {@code dualwriteMigrations}, with one part per migration, and a health group {@code dualwrite} of it
 * alone; part of neither
 * liveness nor readiness. {@code management.health.dualwrite.enabled=false} switches it off.
 */
@AutoConfiguration(after = DualwriteAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, HealthEndpointGroupsPostProcessor.class, HealthCheck.class})
@ConditionalOnBean(StageHolds.class)
@ConditionalOnProperty(prefix = "management.health.dualwrite", name = "enabled", matchIfMissing = true)
public final class DualwriteHealthAutoConfiguration {
    @Bean("dualwriteMigrationsHealthContributor")
    @ConditionalOnMissingBean(name = "dualwriteMigrationsHealthContributor")
    MigrationHealthContributor dualwriteMigrationsHealthContributor(
            ObjectProvider<JdbcMigration> migrations,
            DualwriteProperties properties,
            ObjectProvider<HealthCheck> checks,
            ObjectProvider<Controls> controls) {
        return new MigrationHealthContributor(
                migrations.orderedStream().toList(),
                properties.health(),
                migration -> MigrationHealth.more(migration, properties.health(), checks, controls));
    }

    @Bean
    static HealthEndpointGroupsPostProcessor dualwriteHealthGroup() {
        return MigrationHealthGroup::addTo;
    }
}
