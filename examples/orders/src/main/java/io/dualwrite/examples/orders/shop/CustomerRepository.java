package io.dualwrite.examples.orders.shop;

import io.dualwrite.decorate.Reads;
import io.dualwrite.decorate.RecordKey;
import io.dualwrite.decorate.Writes;
import org.jspecify.annotations.Nullable;

/** The shop's own interface to its customers. The annotations say what names and types do not tell the migration. */
public interface CustomerRepository {
    @Reads(staleAllowed = true)
    @Nullable Customer find(long id);

    /** Inserts the customer under an id that the store generates, and returns it with that id. */
    Customer create(Customer draft);

    /** Inserts or replaces the customer under its own id. */
    void save(Customer customer);

    /** Adds to the balance and counts the revision on, both inside the store. */
    @Writes
    void credit(@RecordKey long id, long cents);

    void delete(long id);
}
