package io.dualwrite.examples.orders.shop;

import java.util.Arrays;

/** Arguments of statements. */
final class Values {
    private Values() {}

    /** The values of all columns but the key, and then the key. */
    static Object[] keyed(Object[] values, Entity entity) {
        Long id = entity.id();
        if (id == null) {
            throw new IllegalArgumentException("What has no id yet is created, not saved: " + entity);
        }
        Object[] all = Arrays.copyOf(values, values.length + 1);
        all[values.length] = id;
        return all;
    }
}
