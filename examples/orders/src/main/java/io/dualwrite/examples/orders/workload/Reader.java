package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.ledger.Kind;
import io.dualwrite.examples.orders.ledger.Ledger;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.Shop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Reads other people's records and checks that nothing is older than it may be. One per reading thread. */
final class Reader {
    private final Shop shop;
    private final Ledger ledger;
    private final Trails trails;
    private final List<Long> loadedOrders;
    private final Duration bound;
    private final RandomGenerator random;
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong longestMicros = new AtomicLong();

    /** @param bound how old the answer to a read by key may be */
    Reader(Shop shop, Ledger ledger, Trails trails, List<Long> loadedOrders, Duration bound, RandomGenerator random) {
        this.shop = shop;
        this.ledger = ledger;
        this.trails = trails;
        this.loadedOrders = loadedOrders;
        this.bound = bound;
        this.random = random;
    }

    long reads() {
        return reads.get();
    }

    /** The slowest read since this was last asked. */
    long takeLongestMicros() {
        return longestMicros.getAndSet(0);
    }

    /** One read. */
    void play() {
        Ref recent = random.nextInt(4) == 0 ? null : trails.anyRecent(random);
        Ref ref = recent != null ? recent : Ref.order(loadedOrders.get(random.nextInt(loadedOrders.size())));
        if (ref.kind() == Kind.CUSTOMER && random.nextInt(3) == 0) {
            readList(ref.id());
        } else {
            readOne(ref);
        }
        reads.incrementAndGet();
    }

    private void readOne(Ref ref) {
        long began = System.nanoTime();
        read(() -> {
            Entity found = ref.kind() == Kind.CUSTOMER
                    ? shop.customers().find(ref.id())
                    : shop.orders().find(ref.id());
            judge(ref, found, began, bound);
            return found;
        });
    }

    /** A query without a key is not answered by a copy that follows, so it has no bound to be late by. */
    private void readList(long customerId) {
        long began = System.nanoTime();
        read(() -> {
            List<Order> orders = shop.orders().ofCustomer(customerId);
            orders.forEach(order -> judge(Ref.of(order), order, began, Duration.ZERO));
            return null;
        });
    }

    private void judge(Ref ref, @Nullable Entity found, long began, Duration atMost) {
        String objection = trails.objection(ref, found, began, atMost);
        if (objection != null) {
            ledger.stale(ref, objection);
        }
    }

    private void read(Callable<? extends @Nullable Entity> call) {
        long began = System.nanoTime();
        try {
            call.call();
        } catch (Exception e) {
            ledger.failedRead(e);
        }
        longestMicros.accumulateAndGet((System.nanoTime() - began) / 1000, Math::max);
    }
}
