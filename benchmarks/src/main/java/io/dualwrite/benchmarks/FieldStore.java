package io.dualwrite.benchmarks;

import io.dualwrite.store.Store;
import java.util.concurrent.atomic.AtomicLong;

/** A store that does next to nothing: one record, always the same, and one number that saving sets. */
final class FieldStore implements Store<Order, Long>, Orders {
    private final Order order;
    private final AtomicLong saved = new AtomicLong();

    FieldStore(Order order) {
        this.order = order;
    }

    @Override
    public Order find(Long key) {
        return order;
    }

    @Override
    public void save(Order changed) {
        saved.setOpaque(changed.cents());
    }

    @Override
    public void delete(Long key) {
        saved.setOpaque(0);
    }
}
