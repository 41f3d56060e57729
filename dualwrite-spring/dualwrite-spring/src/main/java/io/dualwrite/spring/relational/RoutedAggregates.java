package io.dualwrite.spring.relational;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.util.ClassUtils;

/**
 * Lets Spring Data JDBC speak the dialect of the side that a transaction is on, where its DataSource follows the authority. What
 * depends on the dialect (the {@code Dialect} itself, conversions, the converter, the strategy that makes statements) is made
 * twice from the application's own bean definitions, the target's when it is first needed; the beans under their names lead to
 * the one of the transaction's side, of the side that a thread reads from, or of the authority. Repositories, aggregate
 * templates and callbacks stay as they are.
 *
 * <p>Does nothing without Spring Data JDBC on the class path, and where its DataSource does not follow. Declared as a static
 * bean method; the start fails with a {@link io.dualwrite.spring.MigrationSetupException} where the databases are of
 * different kinds and something of the application's is bound to one dialect.
 */
public final class RoutedAggregates implements BeanDefinitionRegistryPostProcessor {
    static final String EACH = "dualwriteSided.";

    /** What depends on the dialect, and whether only its interfaces are the same on both sides. */
    private static final Map<String, Boolean> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("org.springframework.data.relational.core.dialect.Dialect", true);
        TYPES.put("org.springframework.data.jdbc.core.convert.JdbcCustomConversions", false);
        TYPES.put("org.springframework.data.jdbc.core.convert.JdbcConverter", false);
        TYPES.put("org.springframework.data.jdbc.core.convert.DataAccessStrategy", true);
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        ClassLoader loader = RoutedAggregates.class.getClassLoader();
        if (!(registry instanceof ConfigurableListableBeanFactory beans)
                || !TYPES.keySet().stream().allMatch(type -> ClassUtils.isPresent(type, loader))) {
            return;
        }
        boolean any = false;
        for (Map.Entry<String, Boolean> type : TYPES.entrySet()) {
            Class<?> wanted = ClassUtils.resolveClassName(type.getKey(), loader);
            for (String name : beans.getBeanNamesForType(wanted, true, false)) {
                any |= divide(registry, beans, name, type.getValue());
            }
        }
        if (any && !registry.containsBeanDefinition(AggregateSides.BEAN)) {
            registry.registerBeanDefinition(AggregateSides.BEAN, new RootBeanDefinition(AggregateSides.class));
            registry.registerBeanDefinition(
                    "dualwriteRepositoriesOnOneSide", new RootBeanDefinition(RepositoriesOnOneSide.class));
        }
    }

    /** Puts one that leads to a side's in the place of this bean. */
    private static boolean divide(
            BeanDefinitionRegistry registry,
            ConfigurableListableBeanFactory beans,
            String name,
            boolean interfacesOnly) {
        boolean divided = name.startsWith(EACH)
                || Arrays.asList(registry.getBeanDefinitionNames()).contains(EACH + name);
        Class<?> type = beans.getType(name, false);
        if (divided || type == null || !registry.containsBeanDefinition(name)) {
            return false;
        }
        BeanDefinition own = registry.getBeanDefinition(name);
        RootBeanDefinition routed = new RootBeanDefinition(SidedBean.class);
        routed.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, type);
        routed.getConstructorArgumentValues().addIndexedArgumentValue(0, EACH + name);
        routed.getConstructorArgumentValues().addIndexedArgumentValue(1, type);
        routed.getConstructorArgumentValues().addIndexedArgumentValue(2, interfacesOnly);
        routed.setPrimary(own.isPrimary());
        routed.setFallback(own.isFallback());
        routed.setAutowireCandidate(own.isAutowireCandidate());
        if (own instanceof AbstractBeanDefinition known) {
            routed.setDefaultCandidate(known.isDefaultCandidate());
            routed.copyQualifiersFrom(known);
        }
        own.setAutowireCandidate(false);
        own.setPrimary(false);
        own.setScope(BeanDefinition.SCOPE_PROTOTYPE);
        registry.removeBeanDefinition(name);
        registry.registerBeanDefinition(EACH + name, own);
        registry.registerBeanDefinition(name, routed);
        return true;
    }
}
