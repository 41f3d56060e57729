package io.dualwrite.examples.spring.shop;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Where orders are placed and changed. */
@Service
@Transactional
public class Counter {
    private final Customers customers;
    private final Products products;
    private final Orders orders;
    private final Clock clock = Clock.systemUTC();

    Counter(Customers customers, Products products, Orders orders) {
        this.customers = customers;
        this.products = products;
        this.orders = orders;
    }

    public Order place(long customer, Map<UUID, Integer> quantities) {
        Order order = new Order(
                customers.getReferenceById(customer), LocalDateTime.now(clock).truncatedTo(ChronoUnit.MICROS));
        products.findAllById(quantities.keySet())
                .forEach(product -> order.add(product, quantities.getOrDefault(product.getId(), 1)));
        return orders.save(order);
    }

    /** Changed by what Hibernate finds dirty at the end; nothing is saved here. */
    public void pay(long id) {
        orders.findById(id).orElseThrow().setStatus(Status.PAID);
    }

    public void dropFirstLine(long id) {
        orders.findById(id).orElseThrow().getLines().remove(0);
    }

    public int sendPaid(long customer) {
        return orders.change(customer, Status.PAID, Status.SENT);
    }

    public void cancel(long id) {
        orders.deleteById(id);
    }
}
