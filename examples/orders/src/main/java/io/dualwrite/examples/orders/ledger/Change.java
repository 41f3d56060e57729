package io.dualwrite.examples.orders.ledger;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one write does to one record.
 *
 * @param id the record's id, or null when the store is to generate it
 * @param revision of the key after the write; a deletion counts too
 * @param after the whole record after the write, or null when the write deletes it. An order of a customer who is
 *     created by the same write has that customer's id 0 until the write is acknowledged
 */
public record Change(
        Kind kind,
        @Nullable Long id,
        int revision,
        @Nullable Entity after) {
    /** The write leaves the record like this. */
    public static Change to(Entity after) {
        return new Change(Kind.of(after), after.id(), after.revision(), after);
    }

    /** The write deletes the record. */
    public static Change gone(Ref ref, int revision) {
        return new Change(ref.kind(), ref.id(), revision, null);
    }

    /**
     * The changes of one write once it is acknowledged: with the ids the store generated, the created customer's in the
     * orders that were created for it.
     *
     * @param ids of the changes, in their order
     */
    public static List<Change> settled(List<Change> changes, List<Long> ids) {
        List<Change> settled = new ArrayList<>();
        Long createdCustomer = null;
        for (int at = 0; at < ids.size(); at++) {
            Change change = changes.get(at).settled(ids.get(at), createdCustomer);
            createdCustomer = change.kind == Kind.CUSTOMER ? change.id : createdCustomer;
            settled.add(change);
        }
        return settled;
    }

    private Change settled(long knownId, @Nullable Long createdCustomer) {
        Entity settled = after;
        if (after instanceof Order order) {
            Order known = order.withId(knownId);
            settled = order.customerId() == 0 && createdCustomer != null ? known.withCustomer(createdCustomer) : known;
        } else if (after instanceof Customer customer) {
            settled = customer.withId(knownId);
        }
        return new Change(kind, knownId, revision, settled);
    }

    /** Which record, once its id is known. */
    public Ref ref() {
        return new Ref(kind, Objects.requireNonNull(id, "id"));
    }
}
