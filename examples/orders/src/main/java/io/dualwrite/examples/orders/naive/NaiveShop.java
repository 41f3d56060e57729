package io.dualwrite.examples.orders.naive;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.CustomerRepository;
import io.dualwrite.examples.orders.shop.LegacyCustomers;
import io.dualwrite.examples.orders.shop.LegacyOrders;
import io.dualwrite.examples.orders.shop.NextCustomers;
import io.dualwrite.examples.orders.shop.NextOrders;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.OrderRepository;
import io.dualwrite.examples.orders.shop.Shop;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The shop on two stores, kept alike by hope. */
public final class NaiveShop implements Shop {
    private final AtomicLong logged = new AtomicLong();
    private final Customers customers;
    private final Orders orders;
    private volatile Phase phase = Phase.LEGACY_ONLY;

    public NaiveShop(DataSource legacy, DataSource next) {
        this.customers = new Customers(
                new TwoSides<>(new LegacyCustomers(legacy), new NextCustomers(next), () -> phase, logged));
        this.orders = new Orders(new TwoSides<>(new LegacyOrders(legacy), new NextOrders(next), () -> phase, logged));
    }

    public void moveTo(Phase next) {
        phase = next;
    }

    /** Writes that the new store missed, in a log that nobody reads. */
    public long logged() {
        return logged.get();
    }

    @Override
    public CustomerRepository customers() {
        return customers;
    }

    @Override
    public OrderRepository orders() {
        return orders;
    }

    /** No transaction spans two stores, so the textbook has none. */
    @Override
    public <T> T inTransaction(Callable<T> work) throws Exception {
        return work.call();
    }

    @Override
    public void close() {
        // Nothing runs in the background; that is part of the problem.
    }

    private record Customers(TwoSides<CustomerRepository> sides) implements CustomerRepository {
        @Override
        public @Nullable Customer find(long id) {
            return sides.read(side -> side.find(id));
        }

        @Override
        public Customer create(Customer draft) {
            return sides.write(side -> side.create(draft), CustomerRepository::save);
        }

        @Override
        public void save(Customer customer) {
            sides.write(side -> side.save(customer));
        }

        @Override
        public void credit(long id, long cents) {
            sides.write(side -> side.credit(id, cents));
        }

        @Override
        public void delete(long id) {
            sides.write(side -> side.delete(id));
        }
    }

    private record Orders(TwoSides<OrderRepository> sides) implements OrderRepository {
        @Override
        public @Nullable Order find(long id) {
            return sides.read(side -> side.find(id));
        }

        @Override
        public List<Order> ofCustomer(long customerId) {
            return sides.read(side -> side.ofCustomer(customerId));
        }

        @Override
        public Order create(Order draft) {
            return sides.write(side -> side.create(draft), OrderRepository::save);
        }

        @Override
        public void save(Order order) {
            sides.write(side -> side.save(order));
        }

        @Override
        public void delete(long id) {
            sides.write(side -> side.delete(id));
        }
    }
}
