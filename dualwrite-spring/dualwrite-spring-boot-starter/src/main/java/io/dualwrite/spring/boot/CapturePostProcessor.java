package io.dualwrite.spring.boot;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.stage.Side;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * Puts a capturing DataSource in the place of both sides' DataSource beans, for every migration that captures. Looks at
 * properties and bean definitions only: no bean is made for it.
 */
final class CapturePostProcessor implements BeanPostProcessor, BeanFactoryAware, EnvironmentAware, Ordered {
    private @Nullable ConfigurableListableBeanFactory beans;
    private Map<String, MigrationProperties> migrations = Map.of();
    private final Map<DataSource, String> following = new ConcurrentHashMap<>();

    @Override
    public void setBeanFactory(BeanFactory factory) {
        this.beans = (ConfigurableListableBeanFactory) factory;
    }

    @Override
    public void setEnvironment(Environment environment) {
        migrations = new TreeMap<>(Binder.get(environment)
                .bind("dualwrite", DualwriteProperties.class)
                .map(DualwriteProperties::migrations)
                .orElse(Map.of()));
        migrations.values().removeIf(migration -> !migration.captures());
    }

    /** After all others, so that they see what is behind. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory == null || !(bean instanceof DataSource dataSource)) {
            return bean;
        }
        DataSource captured = dataSource;
        for (Map.Entry<String, MigrationProperties> each : migrations.entrySet()) {
            Side side = side(factory, name, each.getValue());
            if (side == null) {
                continue;
            }
            boolean following = captured instanceof CapturingDataSource before && before.follows();
            if (following || (captured != dataSource && each.getValue().follows())) {
                throw new MigrationSetupException(
                        "The DataSource '" + name
                                + "' belongs to several migrations, and one of them follows its authority: '"
                                + each.getKey() + "' or one before it.",
                        "Give that migration a DataSource of its own, or leave dualwrite.migrations.<name>.follow-authority"
                                + " out.");
            }
            captured = capturing(factory, captured, side, each.getKey(), each.getValue());
        }
        return captured;
    }

    /** The migration whose authority a DataSource follows, or null. */
    @Nullable String followed(@Nullable DataSource dataSource) {
        return dataSource == null ? null : following.get(dataSource);
    }

    private DataSource capturing(
            ConfigurableListableBeanFactory factory,
            DataSource behind,
            Side side,
            String name,
            MigrationProperties migration) {
        String bean = MigrationAssembly.beanOf(name);
        Supplier<@Nullable JdbcMigration> made = migration.jpa()
                // It needs the persistence unit, which is made by statements of its own.
                ? () -> factory.containsSingleton(bean) ? factory.getBean(bean, JdbcMigration.class) : null
                : () -> factory.getBean(bean, JdbcMigration.class);
        if (side == Side.ORIGIN && migration.follows()) {
            Supplier<DataSource> target = () -> CapturingDataSource.behind(
                    BeanFactoryAnnotationUtils.qualifiedBeanOfType(factory, DataSource.class, migration.target()));
            DataSource follows = CapturingDataSource.following(
                    behind, target, made, migration.unnamedChanges(), migration.writersWait());
            following.put(follows, name);
            return follows;
        }
        return new CapturingDataSource(behind, side, made, migration.unnamedChanges(), migration.writersWait());
    }

    private static @Nullable Side side(
            ConfigurableListableBeanFactory factory, String bean, MigrationProperties migration) {
        if (isCalled(factory, bean, migration.target())) {
            return Side.TARGET;
        }
        String origin = migration.origin();
        boolean isOrigin = origin == null ? isOwn(factory, bean) : isCalled(factory, bean, origin);
        return isOrigin ? Side.ORIGIN : null;
    }

    private static boolean isCalled(ConfigurableListableBeanFactory factory, String bean, String name) {
        return BeanFactoryAnnotationUtils.isQualifierMatch(name::equals, bean, factory);
    }

    /** Whether this is the DataSource that an injection point without a name gets. */
    private static boolean isOwn(ConfigurableListableBeanFactory factory, String bean) {
        List<String> candidates = List.of(factory.getBeanNamesForType(DataSource.class, true, false)).stream()
                .filter(name -> isCandidate(factory, name))
                .toList();
        List<String> primary = candidates.stream()
                .filter(name -> factory.getBeanDefinition(name).isPrimary())
                .toList();
        return (primary.isEmpty() ? candidates : primary).equals(List.of(bean));
    }

    private static boolean isCandidate(ConfigurableListableBeanFactory factory, String name) {
        if (!factory.containsBeanDefinition(name)) {
            return false;
        }
        BeanDefinition definition = factory.getBeanDefinition(name);
        boolean byDefault = !(definition instanceof AbstractBeanDefinition known) || known.isDefaultCandidate();
        return byDefault && definition.isAutowireCandidate() && !definition.isFallback();
    }
}
