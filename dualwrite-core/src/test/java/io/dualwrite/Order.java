package io.dualwrite;

import java.math.BigDecimal;

/** What the tests of this module keep in their stores. */
public record Order(Long id, String customer, BigDecimal total) {
    public static Order of(long id, String customer) {
        return new Order(id, customer, BigDecimal.TEN);
    }
}
