package io.dualwrite.spring.relational;

import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.data.jdbc.repository.support.JdbcRepositoryFactoryBean;

/**
 * Keeps each call of a repository to one side, from the making of its statement to its execution: a query method without a
 * transaction does both by itself.
 */
final class RepositoriesOnOneSide implements BeanPostProcessor, BeanFactoryAware {
    private @Nullable BeanFactory beans;

    @Override
    public void setBeanFactory(BeanFactory factory) {
        this.beans = factory;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        BeanFactory factory = beans;
        if (factory != null && bean instanceof JdbcRepositoryFactoryBean<?, ?, ?> repository) {
            MethodInterceptor kept = call -> {
                AggregateSides sides = factory.getBean(AggregateSides.BEAN, AggregateSides.class);
                return sides.areRouted() ? sides.call(side -> call.proceed()) : call.proceed();
            };
            // After the transaction's own, and so inside of it.
            repository.addRepositoryFactoryCustomizer(
                    made -> made.addRepositoryProxyPostProcessor((proxy, information) -> proxy.addAdvice(kept)));
        }
        return bean;
    }
}
