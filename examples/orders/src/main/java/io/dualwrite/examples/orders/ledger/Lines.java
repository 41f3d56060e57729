package io.dualwrite.examples.orders.ledger;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.OrderStatus;
import io.dualwrite.examples.orders.shop.Priority;
import java.time.LocalDate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How the ledger writes records: fields between bars, which occur in no field. */
final class Lines {
    private static final String NOTHING = "-";

    private Lines() {}

    static String text(@Nullable Entity entity) {
        if (entity instanceof Customer customer) {
            return join(
                    customer.id(),
                    customer.name(),
                    customer.address(),
                    customer.nation(),
                    customer.phone(),
                    customer.balanceCents(),
                    customer.segment(),
                    customer.comment(),
                    customer.revision());
        }
        if (entity instanceof Order order) {
            return join(
                    order.id(),
                    order.customerId(),
                    order.status(),
                    order.totalCents(),
                    order.orderedOn(),
                    order.priority(),
                    order.clerk(),
                    order.comment(),
                    order.revision());
        }
        return NOTHING;
    }

    static @Nullable Entity entity(Kind kind, String text) {
        if (text.equals(NOTHING)) {
            return null;
        }
        String[] field = text.split("\\|", -1);
        return kind == Kind.CUSTOMER ? customer(field) : order(field);
    }

    static String id(@Nullable Long id) {
        return id == null ? NOTHING : id.toString();
    }

    static @Nullable Long id(String text) {
        return text.equals(NOTHING) ? null : Long.valueOf(text);
    }

    private static Customer customer(String[] field) {
        return new Customer(
                id(field[0]),
                field[1],
                field[2],
                Integer.parseInt(field[3]),
                field[4],
                Long.parseLong(field[5]),
                field[6],
                field[7],
                Integer.parseInt(field[8]));
    }

    private static Order order(String[] field) {
        return new Order(
                id(field[0]),
                Long.parseLong(field[1]),
                OrderStatus.valueOf(field[2]),
                Long.parseLong(field[3]),
                LocalDate.parse(field[4]),
                Priority.valueOf(field[5]),
                Integer.parseInt(field[6]),
                field[7],
                Integer.parseInt(field[8]));
    }

    private static String join(@Nullable Object... fields) {
        StringBuilder text = new StringBuilder();
        for (Object field : fields) {
            text.append(text.isEmpty() ? "" : "|").append(Objects.requireNonNullElse(field, NOTHING));
        }
        return text.toString();
    }
}
