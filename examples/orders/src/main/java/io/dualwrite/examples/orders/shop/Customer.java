package io.dualwrite.examples.orders.shop;

import org.jspecify.annotations.Nullable;

/**
 * Someone who orders.
 *
 * @param phone country code, a hyphen, and the number
 * @param balanceCents may be negative
 */
public record Customer(
        @Nullable Long id,
        String name,
        String address,
        int nation,
        String phone,
        long balanceCents,
        String segment,
        String comment,
        int revision)
        implements Entity {
    public Customer withId(@Nullable Long newId) {
        return new Customer(newId, name, address, nation, phone, balanceCents, segment, comment, revision);
    }

    public Customer withComment(String newComment) {
        return new Customer(id, name, address, nation, phone, balanceCents, segment, newComment, revision);
    }

    public Customer withRevision(int newRevision) {
        return new Customer(id, name, address, nation, phone, balanceCents, segment, comment, newRevision);
    }

    /** This customer with more money (or less) and the next revision. */
    public Customer credited(long cents) {
        return new Customer(id, name, address, nation, phone, balanceCents + cents, segment, comment, revision + 1);
    }
}
