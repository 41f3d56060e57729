package io.dualwrite.spring.advice;

import io.dualwrite.spring.MigrationSetupException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.util.ClassUtils;

/** Proxies around beans that have none yet: by class where that can be extended, so that whoever asks for it gets it. */
final class Proxies {
    private Proxies() {}

    /** @throws MigrationSetupException when the class is final and has no interface */
    static Object around(Object bean, String name, Advisor advisor) {
        ProxyFactory factory = new ProxyFactory();
        factory.setTarget(bean);
        Class<?> type = bean.getClass();
        if (!Proxy.isProxyClass(type) && !Modifier.isFinal(type.getModifiers())) {
            factory.setProxyTargetClass(true);
        } else {
            Class<?>[] interfaces = ClassUtils.getAllInterfacesForClass(type, type.getClassLoader());
            if (interfaces.length == 0) {
                throw new MigrationSetupException(
                        "The bean '" + name + "' is annotated, but its class is final and has no interface.",
                        "Give it an interface, or make the class one that can be extended.");
            }
            factory.setInterfaces(interfaces);
        }
        factory.addAdvisor(advisor);
        return factory.getProxy(type.getClassLoader());
    }
}
