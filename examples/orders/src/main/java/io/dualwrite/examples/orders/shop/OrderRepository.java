package io.dualwrite.examples.orders.shop;

import io.dualwrite.decorate.Reads;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shop's own interface to its orders. The annotations say what names and types do not tell the migration. */
public interface OrderRepository {
    @Reads(staleAllowed = true)
    @Nullable Order find(long id);

    /** A customer's orders, by id. */
    @Reads
    List<Order> ofCustomer(long customerId);

    /** Inserts the order under an id that the store generates, and returns it with that id. */
    Order create(Order draft);

    /** Inserts or replaces the order under its own id. */
    void save(Order order);

    void delete(long id);
}
