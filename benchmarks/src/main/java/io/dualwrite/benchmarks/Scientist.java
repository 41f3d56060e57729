package io.dualwrite.benchmarks;

import com.github.rawls238.scientist4j.Experiment;
import io.dualwrite.store.Store;
import org.jspecify.annotations.Nullable;

/** Scientist4J: each find is an experiment, the old store the control and the new one the candidate. It knows no writes. */
final class Scientist implements Store<Order, Long> {
    private final Store<Order, Long> old;
    private final Store<Order, Long> next;
    private final Experiment<@Nullable Order> experiment = new Experiment<>("orders");

    Scientist(Store<Order, Long> old, Store<Order, Long> next) {
        this.old = old;
        this.next = next;
    }

    @Override
    public @Nullable Order find(Long key) throws Exception {
        return experiment.run(() -> found(old, key), () -> found(next, key));
    }

    private static @Nullable Order found(Store<Order, Long> store, Long key) {
        try {
            return store.find(key);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void save(Order order) throws Exception {
        old.save(order);
    }

    @Override
    public void delete(Long key) throws Exception {
        old.delete(key);
    }
}
