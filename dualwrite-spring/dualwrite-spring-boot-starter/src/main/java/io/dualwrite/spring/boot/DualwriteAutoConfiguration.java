package io.dualwrite.spring.boot;

import io.dualwrite.event.CallContext;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.MigrationCustomizer;
import io.dualwrite.spring.MigrationFactory;
import io.dualwrite.spring.MigrationLifecycle;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.ParticipationSettings;
import io.dualwrite.spring.advice.DegradationPostProcessor;
import io.dualwrite.spring.advice.ParticipationPostProcessor;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * Builds the migrations under {@code dualwrite.migrations} from the application's beans and runs them with the application.
 *
 * <p>Each migration {@code <name>} is a {@link JdbcMigration} bean named {@code <name>Migration} with the qualifier {@code
 * <name>}, and so is {@code <name>Repositories}, the {@link
 * io.dualwrite.spring.SpringRepositories} that decorate for it; a migration bean of that name in the application takes the
 * place of both. {@link MigrationListener} beans and a unique {@link
 * MeterRegistry} are used by all migrations, and so is a unique {@link CallContext}, which takes traces along; a {@link io.dualwrite.flag.StageSource} bean, unique or with the migration's
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
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    @Bean
    @ConditionalOnMissingBean
    MigrationFactory dualwriteMigrationFactory(
            ObjectProvider<MigrationListener> listeners,
            ObjectProvider<MeterRegistry> meters,
            ObjectProvider<MigrationCustomizer> customizers,
            ObjectProvider<CallContext> contexts) {
        List<MigrationCustomizer> all = new ArrayList<>();
        contexts.ifUnique(context -> all.add((migration, builder) -> builder.callContext(context)));
        customizers.orderedStream().forEach(all::add);
        return new MigrationFactory(listeners.orderedStream().toList(), meters.getIfUnique(), all);
    }

    @Bean(MigrationAssembly.BEAN)
    MigrationAssembly dualwriteMigrationAssembly(
            DualwriteProperties properties,
            MigrationFactory factory,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<DataSource> dataSources,
            StageHolds holds,
            Environment environment) {
        return new MigrationAssembly(
                properties, factory, new MigrationBeans(beans, dataSources), holds, virtualThreads(environment));
    }

    @Bean
    static ParticipationPostProcessor dualwriteParticipation(ListableBeanFactory beans, Environment environment) {
        return new ParticipationPostProcessor(beans, migration -> participation(migration, environment));
    }

    @Bean
    static DegradationPostProcessor dualwriteDegradation(ListableBeanFactory beans, Environment environment) {
        Map<String, DegradationProperties> said = Binder.get(environment)
                .bind("dualwrite.degradation", Bindable.mapOf(String.class, DegradationProperties.class))
                .orElse(Map.of());
        return new DegradationPostProcessor(
                beans, bean -> Optional.ofNullable(said.get(bean)).map(DegradationProperties::settings));
    }

    /** A migration that was not declared by properties says nothing of its DataSources, and is taken at its word. */
    private static ParticipationSettings participation(String migration, Environment environment) {
        return Binder.get(environment)
                .bind("dualwrite.migrations", Bindable.mapOf(String.class, MigrationProperties.class))
                .orElse(Map.of())
                .entrySet()
                .stream()
                .filter(declared -> declared.getKey().equals(migration))
                .findFirst()
                .map(declared -> declared.getValue().participation())
                .orElseGet(() -> ParticipationSettings.defaults(true, true));
    }

    @Bean
    StageHolds dualwriteStageHolds() {
        return new StageHolds();
    }

    private static @Nullable Executor virtualThreads(Environment environment) {
        boolean wanted = environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false);
        return wanted && Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS
                ? new VirtualThreadTaskExecutor("dualwrite-copy-")
                : null;
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
