package io.dualwrite.examples.orders.check;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.LegacyCustomers;
import io.dualwrite.examples.orders.shop.LegacyOrders;
import io.dualwrite.examples.orders.shop.NextCustomers;
import io.dualwrite.examples.orders.shop.NextOrders;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.Sql;
import java.sql.SQLException;
import javax.sql.DataSource;

/** One side as the checker reads it: with the application's statements, past the library. */
public record Shelf(
        String name,
        DataSource source,
        String selectCustomers,
        Sql.RowReader<Customer> customerReader,
        String selectOrders,
        Sql.RowReader<Order> orderReader) {

    public static Shelf legacy(DataSource source) {
        return new Shelf(
                "legacy",
                source,
                LegacyCustomers.SELECT,
                LegacyCustomers::read,
                LegacyOrders.SELECT,
                LegacyOrders::read);
    }

    public static Shelf next(DataSource source) {
        return new Shelf(
                "next", source, NextCustomers.SELECT, NextCustomers::read, NextOrders.SELECT, NextOrders::read);
    }

    Rows<Customer> customers() throws SQLException {
        return new Rows<>(source, selectCustomers, customerReader);
    }

    Rows<Order> orders() throws SQLException {
        return new Rows<>(source, selectOrders, orderReader);
    }
}
