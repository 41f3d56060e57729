package io.dualwrite.benchmarks;

import io.dualwrite.store.Store;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import org.jspecify.annotations.Nullable;

/** Two writes, the second within Resilience4j's breaker and retry, on the caller's thread; its failure is swallowed. */
final class ResilienceAlone implements Store<Order, Long> {
    private final Store<Order, Long> old;
    private final Store<Order, Long> next;
    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("orders");
    private final Retry retry = Retry.ofDefaults("orders");

    ResilienceAlone(Store<Order, Long> old, Store<Order, Long> next) {
        this.old = old;
        this.next = next;
    }

    @Override
    public @Nullable Order find(Long key) throws Exception {
        return old.find(key);
    }

    @Override
    public void save(Order order) throws Exception {
        old.save(order);
        retry.executeCallable(() -> breaker.executeCallable(() -> {
            next.save(order);
            return true;
        }));
    }

    @Override
    public void delete(Long key) throws Exception {
        old.delete(key);
    }
}
