package io.dualwrite;

import io.dualwrite.stage.Side;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Orders in memory that can be down in every way there is. */
final class FaultyOrders implements OrderApi {
    /** In which way. */
    enum Outage {
        NONE,
        THROWS_CHECKED {
            @Override
            void befall(FaultyOrders orders) throws Exception {
                throw new IOException("down");
            }
        },
        THROWS_UNCHECKED {
            @Override
            void befall(FaultyOrders orders) {
                throw new IllegalStateException("down");
            }
        },
        THROWS_ERROR {
            @Override
            void befall(FaultyOrders orders) {
                throw new NoClassDefFoundError("down");
            }
        },
        OVERFLOWS {
            @Override
            void befall(FaultyOrders orders) {
                throw new StackOverflowError("down " + deeper(0));
            }

            private int deeper(int depth) {
                return 1 + deeper(depth + 1);
            }
        },
        ANSWERS_NULL,
        HANGS {
            @Override
            void befall(FaultyOrders orders) throws Exception {
                orders.healed.await();
            }
        },
        INTERRUPTS {
            @Override
            void befall(FaultyOrders orders) throws Exception {
                throw new InterruptedException("down");
            }
        },
        /** Nobody gives a thread to call it on. */
        REFUSES_THREADS;

        void befall(FaultyOrders orders) throws Exception {}
    }

    final ConcurrentSkipListMap<Long, Order> rows = new ConcurrentSkipListMap<>();
    private final Side side;
    private final Consumer<String> calls;
    private volatile Outage outage = Outage.NONE;
    private volatile CountDownLatch healed = new CountDownLatch(1);

    /** Each call is told as {@code reads ORIGIN} or {@code writes TARGET}, before it does anything. */
    FaultyOrders(Side side, Consumer<String> calls) {
        this.side = side;
        this.calls = calls;
    }

    void suffer(Outage now) {
        outage = now;
    }

    void heal() {
        outage = Outage.NONE;
        healed.countDown();
    }

    Outage outage() {
        return outage;
    }

    /** The same orders as a store. */
    Store<Order, Long> store() {
        return new Store<>() {
            @Override
            public Order find(Long key) throws Exception {
                return findById(key);
            }

            @Override
            public void save(Order order) throws Exception {
                FaultyOrders.this.save(order);
            }

            @Override
            public void delete(Long key) throws Exception {
                deleteById(key);
            }
        };
    }

    /** What is there now, and stays as it is. */
    Map<Long, Order> rows() {
        return Map.copyOf(rows);
    }

    @Override
    public Order findById(Long id) throws Exception {
        calls.accept("reads " + side);
        outage.befall(this);
        return outage == Outage.ANSWERS_NULL ? null : rows.get(id);
    }

    @Override
    public List<Order> findAll() throws Exception {
        calls.accept("reads " + side);
        outage.befall(this);
        return outage == Outage.ANSWERS_NULL ? null : List.copyOf(rows.values());
    }

    @Override
    public void save(Order order) throws Exception {
        saveAll(List.of(order));
    }

    @Override
    public void deleteById(Long id) throws Exception {
        calls.accept("writes " + side);
        outage.befall(this);
        rows.remove(id);
    }

    @Override
    public void saveAll(List<Order> orders) throws Exception {
        calls.accept("writes " + side);
        outage.befall(this);
        orders.forEach(order -> rows.put(order.id(), order));
    }
}
