package io.dualwrite.benchmarks;

import io.dualwrite.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** What works by proxy of {@link Orders}. */
final class Proxies {
    private Proxies() {}

    /** A proxy that hands each call on and does nothing else, as everything that decorates an interface has to. */
    static Orders handingOn(Orders orders) {
        return (Orders) Proxy.newProxyInstance(
                Orders.class.getClassLoader(), new Class<?>[] {Orders.class}, (proxy, method, arguments) -> {
                    try {
                        return method.invoke(orders, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    /** The repository as a store. */
    record AsStore(Orders orders) implements Store<Order, Long> {
        @Override
        public @Nullable Order find(Long key) {
            return orders.find(key);
        }

        @Override
        public void save(Order order) {
            orders.save(order);
        }

        @Override
        public void delete(Long key) {
            throw new UnsupportedOperationException();
        }
    }
}
