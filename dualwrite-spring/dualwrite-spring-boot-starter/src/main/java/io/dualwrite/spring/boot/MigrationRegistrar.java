package io.dualwrite.spring.boot;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.SpringRepositories;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Declares the beans of each migration under {@code dualwrite.migrations} that the application has not declared. */
final class MigrationRegistrar implements ImportBeanDefinitionRegistrar {
    private static final String CAPTURE = "dualwriteCapturePostProcessor";

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
        });
    }

    private static void register(String migration, BeanDefinitionRegistry registry) {
        String bean = MigrationAssembly.beanOf(migration);
        if (!registry.containsBeanDefinition(bean)) {
            registry.registerBeanDefinition(bean, definition(migration, JdbcMigration.class, "migration"));
            registry.registerBeanDefinition(
                    migration + "Repositories", definition(migration, SpringRepositories.class, "repositories"));
        }
    }

    /** A bean that a method of the assembly makes, given the migration's name. */
    private static RootBeanDefinition definition(String migration, Class<?> type, String method) {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(type);
        definition.setFactoryBeanName(MigrationAssembly.BEAN);
        definition.setFactoryMethodName(method);
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, migration);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, migration));
        definition.setDestroyMethodName(AbstractBeanDefinition.INFER_METHOD);
        return definition;
    }
}
