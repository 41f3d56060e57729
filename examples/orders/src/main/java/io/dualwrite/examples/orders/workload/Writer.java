package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.ledger.Change;
import io.dualwrite.examples.orders.ledger.Ledger;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Performs writes and keeps account of them: intended before the call, acknowledged after it. One per writing thread,
 * which alone touches its records.
 */
final class Writer {
    private final int index;
    private final String session;
    private final Shop shop;
    private final Ledger ledger;
    private final Trails trails;
    private final Belongings belongings;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong longestMicros = new AtomicLong();
    private long ops;

    Writer(int index, int session, Shop shop, Ledger ledger, Trails trails, Belongings belongings) {
        this.index = index;
        this.session = session + "." + index + ".";
        this.shop = shop;
        this.ledger = ledger;
        this.trails = trails;
        this.belongings = belongings;
    }

    Shop shop() {
        return shop;
    }

    Belongings belongings() {
        return belongings;
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** The slowest write since this was last asked. */
    long takeLongestMicros() {
        return longestMicros.getAndSet(0);
    }

    /** A text that no other record ever had: whose it is, and of which write. */
    String comment() {
        return "writer " + index + ", write " + session + ops;
    }

    /**
     * One write. The call returns the ids of the changed records, in the order of the changes.
     *
     * @return whether it was acknowledged
     */
    boolean perform(List<Change> changes, Callable<List<Long>> call) {
        String op = session + ops++;
        ledger.intended(op, index, changes);
        changes.forEach(trails::intended);
        long began = System.nanoTime();
        List<Long> ids;
        try {
            ids = call.call();
        } catch (Exception e) {
            ledger.failed(op, e);
            changes.forEach(this::abandon);
            return false;
        }
        long micros = (System.nanoTime() - began) / 1000;
        ledger.acknowledged(op, micros, ids);
        acknowledged.incrementAndGet();
        longestMicros.accumulateAndGet(micros, Math::max);
        for (Change change : Change.settled(changes, ids)) {
            trails.acknowledged(change);
            belongings.settle(change);
        }
        return true;
    }

    /** One write that changes one record whose id is known. */
    boolean perform(Change change, Task task) {
        return perform(List.of(change), () -> {
            task.run();
            return List.of(change.ref().id());
        });
    }

    /** A read of this writer's own record: it must be as the writer left it. */
    void mustBe(Ref ref, @Nullable Entity known, Callable<? extends @Nullable Entity> read) {
        try {
            compare(ref, known, read.call());
        } catch (Exception e) {
            ledger.failedRead(e);
        }
    }

    /** A query for a customer's orders, all of them this writer's own: they must be as it left them. */
    void mustHave(Customer customer) {
        List<Order> known = belongings.ordersOf(customer);
        try {
            List<Order> found = shop.orders().ofCustomer(Ref.of(customer).id());
            if (!found.equals(known)) {
                ledger.stale(Ref.of(customer), "its own writer knows the orders " + known + " and read " + found);
            }
        } catch (RuntimeException e) {
            ledger.failedRead(e);
        }
    }

    /** What was found of this writer's own record must be as the writer left it. */
    void compare(Ref ref, @Nullable Entity known, @Nullable Entity found) {
        String objection = trails.objection(ref, found, System.nanoTime(), Duration.ZERO);
        if (objection != null || !Objects.equals(known, found)) {
            ledger.stale(ref, "its own writer knows " + known + " and read " + found);
        }
    }

    private void abandon(Change change) {
        if (change.id() != null) {
            trails.retire(change.ref());
        }
        belongings.abandon(change);
    }

    /** Something to do. */
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }
}
