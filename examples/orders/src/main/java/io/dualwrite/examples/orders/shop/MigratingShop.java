package io.dualwrite.examples.orders.shop;

import io.dualwrite.event.MigrationListener;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.stage.RecordId;
import java.time.Duration;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** The shop while it moves: everything that the application has to say about its migration is in this file. */
public final class MigratingShop implements Shop {
    @SuppressWarnings("NullAway") // an entity has no id until the store gives it one
    private static final Table<Customer, Long> CUSTOMERS = Jdbc.table("customer", Customer.class, Long.class)
            .key(Customer::id)
            .to("customers")
            .mapping(CustomerMapping::toNew, CustomerMapping::toOld)
            .generated("customer_ids", "customers_id_seq");

    @SuppressWarnings("NullAway") // as above
    private static final Table<Order, Long> ORDERS = Jdbc.table("orders", Order.class, Long.class)
            .key(Order::id)
            .to("sales_orders")
            .mapping(OrderMapping::toNew, OrderMapping::toOld)
            .references(CUSTOMERS, "o_custkey", "customer_id")
            .generated("order_ids", "sales_orders_id_seq");

    private final JdbcMigration migration;
    private final CustomerRepository customers;
    private final OrderRepository orders;

    public MigratingShop(DataSource legacy, DataSource next, Duration staleness, MigrationListener listener) {
        this.migration = Jdbc.migration("shop", legacy, next)
                .records(CUSTOMERS, ORDERS)
                .createTables(true)
                .staleness(staleness)
                .attestedBy("nobody writes to these databases but this shop")
                .listener(listener)
                .build();
        this.customers = migration.decorate(CustomerRepository.class, LegacyCustomers::new, NextCustomers::new);
        this.orders = migration.decorate(OrderRepository.class, LegacyOrders::new, NextOrders::new);
    }

    /** Which customer or order of the shop's a record of the migration is. */
    public static Class<? extends Entity> entity(RecordId record) {
        return record.type().equals(CUSTOMERS.type().name()) ? Customer.class : Order.class;
    }

    public JdbcMigration migration() {
        return migration;
    }

    @Override
    public CustomerRepository customers() {
        return customers;
    }

    @Override
    public OrderRepository orders() {
        return orders;
    }

    @Override
    public <T> T inTransaction(Callable<T> work) throws Exception {
        return migration.inTransaction(work);
    }

    @Override
    public void close() {
        migration.close();
    }
}
