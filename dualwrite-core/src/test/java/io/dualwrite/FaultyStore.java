package io.dualwrite;

import io.dualwrite.store.ScannableStore;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A store of orders in memory that can be down in several ways. */
public final class FaultyStore implements ScannableStore<Order, Long> {
    /** In which way a store is down. */
    public enum Outage {
        NONE,
        THROWS_CHECKED,
        THROWS_ERROR,
        INTERRUPTS,
        HANGS
    }

    public final ConcurrentSkipListMap<Long, Order> rows = new ConcurrentSkipListMap<>();
    public final AtomicInteger finds = new AtomicInteger();
    public final AtomicInteger writes = new AtomicInteger();
    public volatile Outage outage = Outage.NONE;
    private final CountDownLatch forever = new CountDownLatch(1);

    @Override
    public Order find(Long key) throws Exception {
        finds.incrementAndGet();
        fail();
        return rows.get(key);
    }

    @Override
    public void save(Order order) throws Exception {
        writes.incrementAndGet();
        fail();
        rows.put(order.id(), order);
    }

    @Override
    public void delete(Long key) throws Exception {
        writes.incrementAndGet();
        fail();
        rows.remove(key);
    }

    @Override
    public List<Long> keysAfter(Long after, int limit) throws Exception {
        fail();
        return (after == null ? rows : rows.tailMap(after, false))
                .keySet().stream().limit(limit).toList();
    }

    private void fail() throws Exception {
        switch (outage) {
            case NONE -> {}
            case THROWS_CHECKED -> throw new IOException("down");
            case THROWS_ERROR -> throw new StackOverflowError("down");
            case INTERRUPTS -> throw new InterruptedException("down");
            case HANGS -> forever.await();
        }
    }
}
