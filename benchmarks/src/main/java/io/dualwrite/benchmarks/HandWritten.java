package io.dualwrite.benchmarks;

import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What people write by hand: an {@code if} around the second write, on the caller's thread, its failure counted and
 * swallowed. Loses every write that the copy missed; here to be compared in speed only.
 */
final class HandWritten implements Store<Order, Long> {
    private final Store<Order, Long> old;
    private final Store<Order, Long> next;
    private final LongAdder lost = new LongAdder();

    /** As a flag would be: read anew with each call. */
    private volatile Stage stage;

    HandWritten(Store<Order, Long> old, Store<Order, Long> next, Stage stage) {
        this.old = old;
        this.next = next;
        this.stage = stage;
    }

    @Override
    public @Nullable Order find(Long key) throws Exception {
        return stage == Stage.LIVE ? next.find(key) : old.find(key);
    }

    @Override
    public void save(Order order) throws Exception {
        old.save(order);
        if (stage == Stage.DUAL_WRITE) {
            try {
                next.save(order);
            } catch (Exception failure) {
                lost.increment();
            }
        }
    }

    @Override
    public void delete(Long key) throws Exception {
        old.delete(key);
        if (stage == Stage.DUAL_WRITE) {
            try {
                next.delete(key);
            } catch (Exception failure) {
                lost.increment();
            }
        }
    }
}
