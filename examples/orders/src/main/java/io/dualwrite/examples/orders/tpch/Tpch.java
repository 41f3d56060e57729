package io.dualwrite.examples.orders.tpch;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.OrderStatus;
import io.dualwrite.examples.orders.shop.Priority;
import io.trino.tpch.CustomerGenerator;
import io.trino.tpch.Distributions;
import io.trino.tpch.GenerateUtils;
import io.trino.tpch.OrderGenerator;
import io.trino.tpch.TextPool;
import java.time.LocalDate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The customers and orders of TPC-H at one scale, in the order of their keys; the same every time. At scale 1 there are
 * 150,000 customers and 1,500,000 orders. A third of the customers have no orders; of every 32 order keys the first 8
 * are used. Comments are cut from a shorter text than the benchmark's own, which takes seconds to make and 300 MB to keep.
 */
public record Tpch(double scale) {
    private static final TextPool TEXT = new TextPool(8 << 20, Distributions.getDefaultDistributions());

    public Tpch {
        if (!(scale >= 0.001 && scale <= 10)) {
            throw new IllegalArgumentException("The scale is 0.001 to 10, not " + scale);
        }
    }

    public long customerCount() {
        return GenerateUtils.calculateRowCount(CustomerGenerator.SCALE_BASE, scale, 1, 1);
    }

    public long orderCount() {
        return GenerateUtils.calculateRowCount(OrderGenerator.SCALE_BASE, scale, 1, 1);
    }

    /** Greater than every customer key and every order key. */
    public long firstFreeKey() {
        return Math.max(customerCount(), orderCount() * 4) + 32;
    }

    public Stream<Customer> customers() {
        return StreamSupport.stream(
                        new CustomerGenerator(scale, 1, 1, Distributions.getDefaultDistributions(), TEXT).spliterator(),
                        false)
                .map(Tpch::customer);
    }

    public Stream<Order> orders() {
        return StreamSupport.stream(
                        new OrderGenerator(scale, 1, 1, Distributions.getDefaultDistributions(), TEXT).spliterator(),
                        false)
                .map(Tpch::order);
    }

    private static Customer customer(io.trino.tpch.Customer row) {
        return new Customer(
                row.getCustomerKey(),
                row.getName(),
                row.getAddress(),
                (int) row.getNationKey(),
                row.getPhone(),
                row.getAccountBalanceInCents(),
                row.getMarketSegment(),
                row.getComment(),
                0);
    }

    private static Order order(io.trino.tpch.Order row) {
        return new Order(
                row.getOrderKey(),
                row.getCustomerKey(),
                OrderStatus.ofLetter(String.valueOf(row.getOrderStatus())),
                row.getTotalPriceInCents(),
                LocalDate.ofEpochDay(row.getOrderDate()),
                Priority.ofText(row.getOrderPriority()),
                Integer.parseInt(row.getClerk().substring(row.getClerk().indexOf('#') + 1)),
                row.getComment(),
                0);
    }
}
