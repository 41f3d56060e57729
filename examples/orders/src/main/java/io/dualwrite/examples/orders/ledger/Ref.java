package io.dualwrite.examples.orders.ledger;

import io.dualwrite.examples.orders.shop.Entity;
import java.util.Objects;

/** Which record. */
public record Ref(Kind kind, long id) {
    public static Ref customer(long id) {
        return new Ref(Kind.CUSTOMER, id);
    }

    public static Ref order(long id) {
        return new Ref(Kind.ORDER, id);
    }

    /** The record this entity is; it must have an id. */
    public static Ref of(Entity entity) {
        return new Ref(Kind.of(entity), Objects.requireNonNull(entity.id(), "id"));
    }
}
