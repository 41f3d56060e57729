package io.dualwrite.spring.boot;

import io.dualwrite.event.MigrationListener;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.MigrationCustomizer;
import io.dualwrite.spring.MigrationFactory;
import io.dualwrite.spring.MigrationLifecycle;
import io.dualwrite.spring.MigrationSetupException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Builds the migrations under {@code dualwrite.migrations} from the application's beans and runs them with the application.
 *
 * <p>Each migration {@code <name>} is a {@link JdbcMigration} bean named {@code <name>Migration} with the qualifier {@code
 * <name>}, and so is {@code <name>Repositories}, the {@link
 * io.dualwrite.spring.SpringRepositories} that decorate for it; a migration bean of that name in the application takes the
 * place of both. {@link MigrationListener} beans and a unique {@link
 * MeterRegistry} are used by all migrations; a {@link io.dualwrite.flag.StageSource} bean, unique or with the migration's
 * name as qualifier, is its flag; {@link MigrationCustomizer} beans have the last word. With {@code dualwrite.enabled=false}
 * there is no bean of the library's at all.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnProperty(prefix = "dualwrite", name = "enabled", havingValue = "true", matchIfMissing = true)
@EnableConfigurationProperties(DualwriteProperties.class)
@Import(MigrationRegistrar.class)
public final class DualwriteAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    MigrationFactory dualwriteMigrationFactory(
            ObjectProvider<MigrationListener> listeners,
            ObjectProvider<MeterRegistry> meters,
            ObjectProvider<MigrationCustomizer> customizers) {
        return new MigrationFactory(
                listeners.orderedStream().toList(),
                meters.getIfUnique(),
                customizers.orderedStream().toList());
    }

    @Bean(MigrationAssembly.BEAN)
    MigrationAssembly dualwriteMigrationAssembly(
            DualwriteProperties properties,
            MigrationFactory factory,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<DataSource> dataSources) {
        return new MigrationAssembly(properties, factory, new MigrationBeans(beans, dataSources));
    }

    @Bean
    @ConditionalOnMissingBean
    MigrationLifecycle dualwriteMigrationLifecycle(ObjectProvider<JdbcMigration> migrations) {
        return new MigrationLifecycle(() -> declared(migrations.orderedStream().toList()));
    }

    private static List<JdbcMigration> declared(List<JdbcMigration> migrations) {
        if (migrations.isEmpty()) {
            throw new MigrationSetupException(
                    "The Dualwrite starter is there, but no migration is declared.",
                    "Declare one under dualwrite.migrations.<name>, or a JdbcMigration bean; or switch the library off"
                            + " with dualwrite.enabled=false.");
        }
        return migrations;
    }
}
