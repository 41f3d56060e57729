package io.dualwrite.spring.jpa;

import io.dualwrite.stage.Side;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.jspecify.annotations.Nullable;

/**
 * The factory that the application has: its entity managers follow the authority, all else is the current side's, and so is what
 * it is unwrapped to.
 */
final class RoutedFactory implements InvocationHandler {
    private final TwoFactories factories;
    private final Supplier<Side> currentSide;

    private RoutedFactory(TwoFactories factories, Supplier<Side> currentSide) {
        this.factories = factories;
        this.currentSide = currentSide;
    }

    static SessionFactory of(TwoFactories factories, Supplier<Side> currentSide) {
        return (SessionFactory) Proxy.newProxyInstance(
                RoutedFactory.class.getClassLoader(),
                new Class<?>[] {SessionFactory.class},
                new RoutedFactory(factories, currentSide));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        switch (method.getName()) {
            case "equals":
                return args != null && proxy == args[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "routed " + factories;
            case "close":
                factories.close();
                return null;
            case "isOpen":
                return factories.origin().isOpen();
            case "unwrap":
                if (args == null || args[0] == null) {
                    return factories.of(currentSide.get());
                }
                break;
            case "createEntityManager", "openSession":
                return RoutedEntityManager.of(
                        Session.class, side -> opened(factories.of(side), method, args), currentSide);
            default:
                break;
        }
        return call(factories.of(currentSide.get()), method, args);
    }

    private static EntityManager opened(
            EntityManagerFactory factory, Method method, @Nullable Object @Nullable [] args) {
        try {
            return (EntityManager) method.invoke(factory, args);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("The entity manager could not be opened", thrown.getCause());
        } catch (IllegalAccessException hidden) {
            throw new IllegalStateException("The entity manager could not be opened", hidden);
        }
    }

    private static @Nullable Object call(
            EntityManagerFactory factory, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        try {
            return method.invoke(factory, args);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            throw cause == null ? thrown : cause;
        }
    }
}
