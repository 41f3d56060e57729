package io.dualwrite.examples.orders.shop;

import io.dualwrite.jdbc.Row;
import java.math.BigDecimal;
import java.util.Objects;

/** Values of columns that are never null. */
final class Cells {
    private Cells() {}

    static String text(Row row, String column) {
        return Objects.requireNonNull(row.get(column, String.class), column);
    }

    static int number(Row row, String column) {
        return Objects.requireNonNull(row.get(column, Integer.class), column);
    }

    static long longNumber(Row row, String column) {
        return Objects.requireNonNull(row.get(column, Long.class), column);
    }

    static long cents(Row row, String column) {
        return Objects.requireNonNull(row.get(column, BigDecimal.class), column)
                .movePointRight(2)
                .longValueExact();
    }

    static BigDecimal money(Row row, String column) {
        return BigDecimal.valueOf(longNumber(row, column), 2);
    }
}
