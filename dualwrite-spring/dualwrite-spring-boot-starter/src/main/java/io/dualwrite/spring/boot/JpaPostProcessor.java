package io.dualwrite.spring.boot;

import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.jpa.RoutedPersistenceUnit;
import jakarta.persistence.EntityManagerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.orm.jpa.AbstractEntityManagerFactoryBean;

/**
 * Makes the persistence units on a DataSource that follows the authority of a migration with {@code jpa=true} follow it too,
 * before they are made.
 */
final class JpaPostProcessor
        implements BeanPostProcessor, MovedTablesSource, BeanFactoryAware, EnvironmentAware, Ordered {
    private final Map<String, List<RoutedPersistenceUnit>> units = new ConcurrentHashMap<>();
    private Map<String, MigrationProperties> migrations = Map.of();
    private @Nullable ConfigurableListableBeanFactory beans;

    @Override
    public void setBeanFactory(BeanFactory factory) {
        this.beans = (ConfigurableListableBeanFactory) factory;
    }

    @Override
    public void setEnvironment(Environment environment) {
        migrations = Binder.get(environment)
                .bind("dualwrite", DualwriteProperties.class)
                .map(DualwriteProperties::migrations)
                .orElse(Map.of());
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory != null && bean instanceof AbstractEntityManagerFactoryBean unit) {
            String migration = factory.getBean(MigrationRegistrar.CAPTURE, CapturePostProcessor.class)
                    .followed(unit.getDataSource());
            MigrationProperties declared = migration == null ? null : migrations.get(migration);
            if (migration != null && declared != null && declared.jpa()) {
                units.computeIfAbsent(migration, any -> new CopyOnWriteArrayList<>())
                        .add(RoutedPersistenceUnit.of(unit, declared.targetJpa(), declared.writersWait()));
            }
        }
        return bean;
    }

    @Override
    public List<Table<?, ?>> tables(String migration) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory != null) {
            BeanFactoryUtils.beansOfTypeIncludingAncestors(factory, EntityManagerFactory.class);
        }
        List<Table<?, ?>> tables = new ArrayList<>();
        MigrationProperties declared = migrations.get(migration);
        List<String> fitting = declared == null ? List.of() : declared.fitting();
        units.getOrDefault(migration, List.of()).forEach(unit -> tables.addAll(unit.tables(fitting)));
        return tables;
    }
}
