package io.dualwrite.spring.boot;

import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.incident.IncidentDesk;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.spring.boot.MigrationProperties.Control;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Declares the beans of what operates each migration, as far as properties ask for it and the application has not. */
final class ControlRegistrar implements ImportBeanDefinitionRegistrar {
    private final Environment environment;

    ControlRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        Binder.get(environment)
                .bind("dualwrite", DualwriteProperties.class)
                .ifBound(properties -> properties
                        .migrations()
                        .forEach((name, declared) -> register(name, declared.control(), registry)));
    }

    private static void register(String migration, Control control, BeanDefinitionRegistry registry) {
        register(control.conductor(), migration, "Conductor", Conductor.class, "conductor", registry);
        register(control.ramp(), migration, ControlAssembly.RAMP, RampControl.class, "ramp", registry);
        register(control.incidents(), migration, "Incidents", IncidentDesk.class, "incidents", registry);
    }

    private static void register(
            boolean wanted,
            String migration,
            String suffix,
            Class<?> type,
            String method,
            BeanDefinitionRegistry registry) {
        String bean = migration + suffix;
        if (wanted && !registry.containsBeanDefinition(bean)) {
            RootBeanDefinition definition =
                    MigrationRegistrar.definition(ControlAssembly.BEAN, migration, type, method);
            // Opened once the migration runs, unless the application needs it before.
            definition.setLazyInit(true);
            registry.registerBeanDefinition(bean, definition);
        }
    }
}
