package io.dualwrite.spring.boot;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.SpringRepositories;
import io.dualwrite.spring.relational.RoutedAggregates;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/** Declares the beans of each migration under {@code dualwrite.migrations} that the application has not declared. */
final class MigrationRegistrar implements ImportBeanDefinitionRegistrar {
    static final String CAPTURE = "dualwriteCapturePostProcessor";
    private static final String AGGREGATES = "dualwriteAggregates";
    private static final String JPA_CLASS = "org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean";

    private final Environment environment;

    MigrationRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        Binder.get(environment).bind("dualwrite", DualwriteProperties.class).ifBound(properties -> {
            properties.migrations().keySet().stream().sorted().forEach(name -> register(name, registry));
            if (properties.migrations().values().stream().anyMatch(MigrationProperties::captures)) {
                registry.registerBeanDefinition(CAPTURE, new RootBeanDefinition(CapturePostProcessor.class));
            }
            if (properties.migrations().values().stream().anyMatch(MigrationProperties::follows)) {
                registry.registerBeanDefinition(AGGREGATES, new RootBeanDefinition(RoutedAggregates.class));
            }
            boolean jpa = properties.migrations().values().stream().anyMatch(MigrationProperties::jpa);
            if (jpa && ClassUtils.isPresent(JPA_CLASS, MigrationRegistrar.class.getClassLoader())) {
                registry.registerBeanDefinition(MovedTablesSource.BEAN, new RootBeanDefinition(JpaPostProcessor.class));
            }
        });
    }

    private static void register(String migration, BeanDefinitionRegistry registry) {
        String bean = MigrationAssembly.beanOf(migration);
        if (!registry.containsBeanDefinition(bean)) {
            registry.registerBeanDefinition(
                    bean, definition(MigrationAssembly.BEAN, migration, JdbcMigration.class, "migration"));
            registry.registerBeanDefinition(
                    migration + "Repositories",
                    definition(MigrationAssembly.BEAN, migration, SpringRepositories.class, "repositories"));
        }
    }

    /** A bean that a method of this assembly makes, given the migration's name. */
    static RootBeanDefinition definition(String assembly, String migration, Class<?> type, String method) {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(type);
        definition.setFactoryBeanName(assembly);
        definition.setFactoryMethodName(method);
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, migration);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, migration));
        definition.setDestroyMethodName(AbstractBeanDefinition.INFER_METHOD);
        return definition;
    }
}
