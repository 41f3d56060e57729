package io.dualwrite.examples.orders.ledger;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;

/** Which kind of record. */
public enum Kind {
    CUSTOMER,
    ORDER;

    public static Kind of(Entity entity) {
        return entity instanceof Customer ? CUSTOMER : ORDER;
    }
}
