package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.ledger.Account;
import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Change;
import io.dualwrite.examples.orders.ledger.Kind;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records that one writer owns, as it knows them to be: nobody else writes them, so what it knows is exact. A record
 * whose last write has no known end is retired: it is not touched again, and the checker accepts either outcome.
 */
final class Belongings {
    private final long firstCreatedKey;
    private final Pool<Customer> customers = new Pool<>();
    private final Pool<Order> orders = new Pool<>();
    /** Of customers that were created, who can leave again. */
    private final Map<Long, TreeMap<Long, Order>> ordersOf = new HashMap<>();

    private final Map<Ref, Change> graves = new LinkedHashMap<>();

    Belongings(long firstCreatedKey) {
        this.firstCreatedKey = firstCreatedKey;
    }

    /** Takes over what was loaded for this writer, and what earlier sessions made of it. */
    void resume(int writer, List<? extends Entity> loaded, Book book) {
        loaded.forEach(this::live);
        for (Account account : book.accounts().values()) {
            Change last = account.acknowledged();
            if (account.writer() == writer && last != null) {
                settle(last);
            }
        }
        book.open().forEach(this::abandon);
    }

    Pool<Customer> customers() {
        return customers;
    }

    Pool<Order> orders() {
        return orders;
    }

    /** The orders of a customer who was created here. */
    List<Order> ordersOf(Customer customer) {
        return List.copyOf(ordersOf.getOrDefault(id(customer), new TreeMap<>()).values());
    }

    /** Whether all orders of this customer's are known here. */
    boolean wasCreatedHere(Customer customer) {
        return id(customer) >= firstCreatedKey;
    }

    /** A deleted record of this kind that may be created again. */
    @Nullable Change anyGrave(Kind kind) {
        return graves.values().stream()
                .filter(change -> change.kind() == kind)
                .findFirst()
                .orElse(null);
    }

    /** A write was acknowledged. */
    void settle(Change change) {
        Entity after = change.after();
        if (after != null) {
            graves.remove(change.ref());
            live(after);
        } else {
            die(change.ref());
            graves.put(change.ref(), change);
        }
    }

    /** A write's end is not known: neither its record nor the customer it refers to is touched again. */
    void abandon(Change change) {
        if (change.after() instanceof Order order) {
            customers.remove(order.customerId());
        }
        if (change.id() != null) {
            Order before = change.kind() == Kind.ORDER ? orders.get(change.ref().id()) : null;
            if (before != null) {
                customers.remove(before.customerId());
            }
            die(change.ref());
            graves.remove(change.ref());
        }
    }

    private void live(Entity entity) {
        if (entity instanceof Customer customer) {
            customers.put(customer);
        } else if (entity instanceof Order order) {
            forget(order);
            orders.put(order);
            ordersOf.computeIfAbsent(order.customerId(), customer -> new TreeMap<>())
                    .put(id(order), order);
        }
    }

    private void die(Ref ref) {
        if (ref.kind() == Kind.CUSTOMER) {
            customers.remove(ref.id());
            return;
        }
        Order order = orders.get(ref.id());
        if (order != null) {
            forget(order);
            orders.remove(ref.id());
        }
    }

    private void forget(Order order) {
        Order before = orders.get(id(order));
        if (before != null) {
            ordersOf.getOrDefault(before.customerId(), new TreeMap<>()).remove(id(order));
        }
    }

    private static long id(Entity entity) {
        return Objects.requireNonNull(entity.id(), "id");
    }
}
