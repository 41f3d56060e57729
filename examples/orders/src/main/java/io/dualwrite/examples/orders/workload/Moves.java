package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.ledger.Change;
import io.dualwrite.examples.orders.ledger.Kind;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.OrderRepository;
import io.dualwrite.examples.orders.shop.OrderStatus;
import io.dualwrite.examples.orders.shop.Priority;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Everything a shop does with its records, drawn at random. One per writing thread. */
final class Moves {
    private static final LocalDate FIRST_DAY = LocalDate.of(1998, 8, 3);
    private static final String[] SEGMENTS = {"AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"};

    private final Writer writer;
    private final RandomGenerator random;

    Moves(Writer writer, RandomGenerator random) {
        this.writer = writer;
        this.random = random;
    }

    /** One move. */
    void play() {
        int drawn = random.nextInt(100);
        if (writer.belongings().orders().isEmpty()
                || writer.belongings().customers().isEmpty()) {
            welcomeCustomer();
        } else if (drawn < 22) {
            createOrder();
        } else if (drawn < 42) {
            updateOrder();
        } else if (drawn < 60) {
            raiseTotal();
        } else if (drawn < 66) {
            deleteOrder();
        } else if (drawn < 74) {
            deleteAndRecreateOrder();
        } else if (drawn < 79) {
            reviveOrder();
        } else if (drawn < 84) {
            welcomeCustomer();
        } else if (drawn < 88) {
            customerLeaves();
        } else if (drawn < 91) {
            customerReturns();
        } else if (drawn < 96) {
            creditCustomer();
        } else {
            updateCustomer();
        }
    }

    private void createOrder() {
        Order draft = newOrder(null, id(anyCustomer()), 1);
        writer.perform(List.of(Change.to(draft)), () -> List.of(id(orders().create(draft))));
    }

    private void updateOrder() {
        Order order = anyOrder();
        OrderStatus next = OrderStatus.values()[random.nextInt(OrderStatus.values().length)];
        Order updated = order.withStatus(next).withComment(writer.comment()).withRevision(order.revision() + 1);
        Order after = random.nextInt(8) == 0 ? updated.withCustomer(id(anyCustomer())) : updated;
        if (writer.perform(Change.to(after), () -> orders().save(after))) {
            reread(after);
        }
    }

    /** The usual read-modify-write: what is saved follows from what was read in the same transaction. */
    private void raiseTotal() {
        Order known = anyOrder();
        long cents = random.nextInt(1, 10_000);
        writer.perform(
                List.of(Change.to(known.plus(cents))),
                () -> writer.shop().inTransaction(() -> {
                    Order read = orders().find(id(known));
                    writer.compare(Ref.of(known), known, read);
                    orders().save(Objects.requireNonNullElse(read, known).plus(cents));
                    return List.of(id(known));
                }));
    }

    private void deleteOrder() {
        Order order = anyOrder();
        if (delete(order)) {
            writer.mustBe(Ref.of(order), null, () -> orders().find(id(order)));
        }
    }

    private void deleteAndRecreateOrder() {
        Order order = anyOrder();
        Order again = newOrder(id(order), id(anyCustomer()), order.revision() + 2);
        if (delete(order) && writer.perform(Change.to(again), () -> orders().save(again))) {
            reread(again);
        }
    }

    /** An order deleted some time ago comes back under its old id. */
    private void reviveOrder() {
        Change grave = writer.belongings().anyGrave(Kind.ORDER);
        if (grave == null) {
            createOrder();
            return;
        }
        Order again = newOrder(grave.id(), id(anyCustomer()), grave.revision() + 1);
        writer.perform(Change.to(again), () -> orders().save(again));
    }

    /** A customer and a first order, in one transaction, both with generated ids. */
    private void welcomeCustomer() {
        Customer customer = newCustomer(null, 1);
        Order order = newOrder(null, 0, 1);
        writer.perform(
                List.of(Change.to(customer), Change.to(order)),
                () -> writer.shop().inTransaction(() -> {
                    long customerId = id(writer.shop().customers().create(customer));
                    long orderId = id(orders().create(order.withCustomer(customerId)));
                    return List.of(customerId, orderId);
                }));
    }

    /** A customer and all orders go, in one transaction. */
    private void customerLeaves() {
        Customer customer = anyCustomer();
        if (!writer.belongings().wasCreatedHere(customer)) {
            creditCustomer();
            return;
        }
        List<Order> theirs = writer.belongings().ordersOf(customer);
        List<Change> changes = new ArrayList<>();
        theirs.forEach(order -> changes.add(Change.gone(Ref.of(order), order.revision() + 1)));
        changes.add(Change.gone(Ref.of(customer), customer.revision() + 1));
        writer.perform(
                changes,
                () -> writer.shop().inTransaction(() -> {
                    theirs.forEach(order -> orders().delete(id(order)));
                    writer.shop().customers().delete(id(customer));
                    return changes.stream().map(change -> change.ref().id()).toList();
                }));
    }

    /** A customer who left comes back under the old id. */
    private void customerReturns() {
        Change grave = writer.belongings().anyGrave(Kind.CUSTOMER);
        if (grave == null) {
            welcomeCustomer();
            return;
        }
        Customer again = newCustomer(grave.id(), grave.revision() + 1);
        writer.perform(Change.to(again), () -> writer.shop().customers().save(again));
    }

    /** The store itself adds to the balance; nobody here says what the new balance is. */
    private void creditCustomer() {
        Customer customer = anyCustomer();
        long cents = random.nextInt(-2_000, 5_000);
        Customer after = customer.credited(cents);
        if (writer.perform(Change.to(after), () -> writer.shop().customers().credit(id(customer), cents))) {
            writer.mustBe(Ref.of(after), after, () -> writer.shop().customers().find(id(after)));
        }
    }

    private void updateCustomer() {
        Customer customer = anyCustomer();
        Customer after = customer.withComment(writer.comment()).withRevision(customer.revision() + 1);
        writer.perform(Change.to(after), () -> writer.shop().customers().save(after));
        if (writer.belongings().wasCreatedHere(customer)) {
            writer.mustHave(customer);
        }
    }

    private boolean delete(Order order) {
        return writer.perform(Change.gone(Ref.of(order), order.revision() + 1), () -> orders().delete(id(order)));
    }

    private void reread(Order known) {
        writer.mustBe(Ref.of(known), known, () -> orders().find(id(known)));
    }

    private OrderRepository orders() {
        return writer.shop().orders();
    }

    private Order anyOrder() {
        return writer.belongings().orders().any(random);
    }

    private Customer anyCustomer() {
        return writer.belongings().customers().any(random);
    }

    private Order newOrder(@Nullable Long id, long customerId, int revision) {
        return new Order(
                id,
                customerId,
                OrderStatus.OPEN,
                random.nextInt(100_000, 50_000_000),
                FIRST_DAY.plusDays(random.nextInt(365)),
                Priority.values()[random.nextInt(Priority.values().length)],
                random.nextInt(1, 1000),
                writer.comment(),
                revision);
    }

    private Customer newCustomer(@Nullable Long id, int revision) {
        return new Customer(
                id,
                "Newcomer " + random.nextInt(1_000_000),
                random.nextInt(1, 200) + " High Street",
                random.nextInt(25),
                random.nextInt(10, 35) + "-555-" + random.nextInt(100, 1000) + "-" + random.nextInt(1000, 10_000),
                random.nextInt(0, 1_000_000),
                SEGMENTS[random.nextInt(SEGMENTS.length)],
                writer.comment(),
                revision);
    }

    private static long id(Entity entity) {
        return Objects.requireNonNull(entity.id(), "id");
    }
}
