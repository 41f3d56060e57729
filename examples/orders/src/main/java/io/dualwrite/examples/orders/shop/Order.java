package io.dualwrite.examples.orders.shop;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What a customer ordered.
 *
 * @param customerId whose it is; a foreign key in both schemas
 * @param clerk the number of the clerk who took it
 */
public record Order(
        @Nullable Long id,
        long customerId,
        OrderStatus status,
        long totalCents,
        LocalDate orderedOn,
        Priority priority,
        int clerk,
        String comment,
        int revision)
        implements Entity {
    public Order withId(@Nullable Long newId) {
        return new Order(newId, customerId, status, totalCents, orderedOn, priority, clerk, comment, revision);
    }

    public Order withCustomer(long newCustomer) {
        return new Order(id, newCustomer, status, totalCents, orderedOn, priority, clerk, comment, revision);
    }

    public Order withStatus(OrderStatus newStatus) {
        return new Order(id, customerId, newStatus, totalCents, orderedOn, priority, clerk, comment, revision);
    }

    public Order withPriority(Priority newPriority) {
        return new Order(id, customerId, status, totalCents, orderedOn, newPriority, clerk, comment, revision);
    }

    public Order withComment(String newComment) {
        return new Order(id, customerId, status, totalCents, orderedOn, priority, clerk, newComment, revision);
    }

    public Order withRevision(int newRevision) {
        return new Order(id, customerId, status, totalCents, orderedOn, priority, clerk, comment, newRevision);
    }

    /** This order with a higher total (or a lower one) and the next revision. */
    public Order plus(long cents) {
        return new Order(id, customerId, status, totalCents + cents, orderedOn, priority, clerk, comment, revision + 1);
    }
}
