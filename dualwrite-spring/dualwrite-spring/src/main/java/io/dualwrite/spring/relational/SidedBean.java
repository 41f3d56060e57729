package io.dualwrite.spring.relational;

import io.dualwrite.stage.Side;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.target.EmptyTargetSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.util.ClassUtils;

/** A bean that leads to the one of the side that is meant, made from the same definition for each side. */
final class SidedBean implements FactoryBean<Object>, BeanFactoryAware {
    private final String each;
    private final Class<?> type;
    private final boolean interfacesOnly;
    private final Map<Side, Object> made = new ConcurrentHashMap<>();
    private @Nullable BeanFactory beans;

    /**
     * @param each the definition that makes one for each side
     * @param type what the application expects
     * @param interfacesOnly whether the two may be of different classes
     */
    SidedBean(String each, Class<?> type, boolean interfacesOnly) {
        this.each = each;
        this.type = type;
        this.interfacesOnly = interfacesOnly;
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        this.beans = factory;
    }

    @Override
    public Class<?> getObjectType() {
        return type;
    }

    @Override
    public Object getObject() {
        BeanFactory factory = factory();
        AggregateSides sides = factory.getBean(AggregateSides.BEAN, AggregateSides.class);
        if (!sides.areRouted()) {
            return factory.getBean(each);
        }
        Object here = of(sides, sides.current());
        ProxyFactory proxy = new ProxyFactory();
        if (interfacesOnly) {
            proxy.setInterfaces(ClassUtils.getAllInterfaces(here));
        } else {
            proxy.setProxyTargetClass(true);
        }
        proxy.setTargetSource(EmptyTargetSource.forClass(here.getClass()));
        proxy.addAdvice((MethodInterceptor) call -> sides.call(side ->
                AopUtils.invokeJoinpointUsingReflection(of(sides, side), call.getMethod(), call.getArguments())));
        return proxy.getProxy(here.getClass().getClassLoader());
    }

    private Object of(AggregateSides sides, Side side) {
        if (side == Side.TARGET) {
            sides.requireFit();
        }
        return make(sides, side);
    }

    /** The one of a side, made at the first call on a thread that keeps to that side meanwhile. */
    Object make(AggregateSides sides, Side side) {
        Object known = made.get(side);
        if (known != null) {
            return known;
        }
        Object fresh = sides.reading(side, () -> factory().getBean(each));
        Object first = made.putIfAbsent(side, fresh);
        return first == null ? fresh : first;
    }

    private BeanFactory factory() {
        BeanFactory factory = beans;
        if (factory == null) {
            throw new IllegalStateException("'" + each + "' was not made by a container");
        }
        return factory;
    }
}
