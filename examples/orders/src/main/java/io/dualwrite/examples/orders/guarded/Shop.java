package io.dualwrite.examples.orders.guarded;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A shop whose orders are in two stores, at SHADOW, with customers who look at them and complete orders all the while. The new
 * store can turn slow or wrong, and customers can go away without an order for a reason that no read shows.
 */
final class Shop implements AutoCloseable {
    /** What has become of the new store. */
    enum Trouble {
        NONE,
        SLOW,
        WRONG,
        DESERTED
    }

    private static final int ORDERS = 2_000;
    private static final int CUSTOMERS = 4;
    private static final Duration USUAL = Duration.ofMillis(1);
    private static final Duration MUCH = Duration.ofMillis(500);
    private static final Duration BETWEEN_ORDERS = Duration.ofMillis(2);

    final DualWriteRepository<Sale, Long> orders;
    final AtomicLong failed = new AtomicLong();
    volatile Trouble trouble = Trouble.NONE;

    private final Map<Long, Sale> legacy = new ConcurrentHashMap<>();
    private final Map<Long, Sale> next = new ConcurrentHashMap<>();
    private final List<Thread> customers = new ArrayList<>();
    private volatile boolean closing;
    private long due = System.nanoTime();
    private long ready;
    private long completed;

    Shop() {
        for (long id = 0; id < ORDERS; id++) {
            Sale sale = new Sale(id, "customer " + id % 7, 100 * id);
            legacy.put(id, sale);
            next.put(id, sale);
        }
        orders = DualWriteRepository.between(
                        Store.<Sale, Long>of(this::ofLegacy, sale -> legacy.put(sale.id(), sale), legacy::remove),
                        Store.<Sale, Long>of(this::ofNext, sale -> next.put(sale.id(), sale), next::remove))
                .name("guarded-orders")
                .key(Sale::id)
                .wholeCopy(true)
                .staleAllowed(true)
                .startingAt(Stage.SHADOW)
                .build();
        for (int number = 1; number <= CUSTOMERS; number++) {
            Thread customer = new Thread(this::shopOn, "customer-" + number);
            customer.setDaemon(true);
            customer.start();
            customers.add(customer);
        }
    }

    private Sale ofLegacy(Long id) {
        LockSupport.parkNanos(USUAL.toNanos());
        return Objects.requireNonNull(legacy.get(id));
    }

    private Sale ofNext(Long id) {
        LockSupport.parkNanos((trouble == Trouble.SLOW ? MUCH : USUAL).toNanos());
        Sale sale = Objects.requireNonNull(next.get(id));
        return trouble == Trouble.WRONG ? new Sale(id, sale.customer(), sale.cents() + 1) : sale;
    }

    private void shopOn() {
        while (!closing) {
            try {
                orders.find(ThreadLocalRandom.current().nextLong(ORDERS));
            } catch (RuntimeException failure) {
                failed.incrementAndGet();
            }
        }
    }

    /**
     * How many orders were completed so far; every other one is not while the shop is DESERTED. They come by the clock and are
     * counted when asked for: a busy machine must not look like customers who stay away.
     */
    synchronized double completed() {
        for (long now = System.nanoTime(); due - now <= 0; due += BETWEEN_ORDERS.toNanos()) {
            ready++;
            completed += trouble == Trouble.DESERTED && ready % 2 == 0 ? 0 : 1;
        }
        return completed;
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        for (Thread customer : customers) {
            customer.join();
        }
        orders.close();
    }
}
