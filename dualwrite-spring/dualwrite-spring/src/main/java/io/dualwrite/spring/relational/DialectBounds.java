package io.dualwrite.spring.relational;

import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.stage.Side;
import java.lang.reflect.Method;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.Environment;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.dialect.Dialect;
import org.springframework.data.repository.core.support.RepositoryFactoryInformation;
import org.springframework.util.ClassUtils;

/**
 * What of an application's Spring Data JDBC is bound to one dialect whatever side a transaction is on.
 *
 * @param sides where to ask each side
 * @param beans the application's
 * @param origin the kind of the origin's database
 * @param target the kind of the target's, another one
 */
record DialectBounds(AggregateSides sides, ConfigurableListableBeanFactory beans, String origin, String target) {
    private static final String GENERATED = "org.springframework.data.jdbc.repository.aot.JdbcRepositoryContributor";

    /** @throws MigrationSetupException when something is */
    void require() {
        for (String name : beans.getBeanNamesForType(Dialect.class, true, false)) {
            if (beans.containsBeanDefinition(RoutedAggregates.EACH + name)) {
                requireDialectOfEach(name);
            }
        }
        for (String name : beans.getBeanNamesForType(RepositoryFactoryInformation.class, true, false)) {
            requireNoFixedNames(beans.getBean(name, RepositoryFactoryInformation.class)
                    .getRepositoryInformation()
                    .getRepositoryInterface());
        }
        Environment environment = beans.getBean(Environment.class);
        boolean generated = AotDetector.useGeneratedArtifacts()
                && ClassUtils.isPresent(GENERATED, DialectBounds.class.getClassLoader())
                && environment.getProperty("spring.aot.repositories.enabled", Boolean.class, true)
                && environment.getProperty("spring.aot.jdbc.repositories.enabled", Boolean.class, true);
        if (generated) {
            throw refused(
                    "The repositories of Spring Data JDBC were processed ahead of time",
                    "Process the application with spring.aot.jdbc.repositories.enabled=false, and start it with that.");
        }
    }

    private void requireDialectOfEach(String name) {
        SidedBean dialect = beans.getBean(BeanFactory.FACTORY_BEAN_PREFIX + name, SidedBean.class);
        Class<?> here = dialect.make(sides, Side.ORIGIN).getClass();
        Class<?> there = dialect.make(sides, Side.TARGET).getClass();
        if (here.equals(there)) {
            throw refused(
                    "The bean '" + name + "' is a " + here.getSimpleName() + " on both sides",
                    "Leave it and spring.data.jdbc.dialect out, or make it from the connection"
                            + " (DialectResolver.getDialect(operations)).");
        }
    }

    private void requireNoFixedNames(Class<?> repository) {
        for (Method method : repository.getMethods()) {
            Query query = AnnotatedElementUtils.findMergedAnnotation(method, Query.class);
            boolean fixed = query != null && query.value().contains("#{#");
            if (fixed) {
                throw refused(
                        "The query of " + repository.getSimpleName() + "." + method.getName()
                                + "(…) has the quoted name of its table, made once",
                        "Write the name out as both databases understand it.");
            }
        }
    }

    private MigrationSetupException refused(String what, String action) {
        return new MigrationSetupException(
                what + ", so its statements would be those of one dialect while the authority goes from " + origin
                        + " to " + target + ".",
                action);
    }
}
