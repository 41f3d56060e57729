package io.dualwrite.examples.twodatabases;

import io.dualwrite.jdbc.Row;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;

/** A row of {@code orders} and a row of {@code orders_v2}, each from the other. */
final class OrderMapping {
    private static final Map<String, String> STATUS = Map.of("O", "OPEN", "P", "PAID", "S", "SHIPPED");

    private OrderMapping() {}

    static Row toNew(Row old) {
        BigDecimal total = Objects.requireNonNull(old.get("total", BigDecimal.class));
        return old.rename("customer", "customer_name")
                .without("total")
                .with("total_cents", total.movePointRight(2).longValueExact())
                .with("status", STATUS.get(old.get("status", String.class)));
    }

    static Row toOld(Row next) {
        Long cents = Objects.requireNonNull(next.get("total_cents", Long.class));
        String status = Objects.requireNonNull(next.get("status", String.class));
        return next.rename("customer_name", "customer")
                .without("total_cents")
                .with("total", BigDecimal.valueOf(cents, 2))
                .with("status", status.substring(0, 1));
    }
}
