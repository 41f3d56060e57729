package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How many digits of a second there are to compare in a table's times: those that both sides keep, since what one of them cuts
 * off says nothing. Never fewer than {@value #LEAST}, which every engine has: a column that keeps fewer loses something.
 */
final class TimeDigits {
    private static final int LEAST = 6;
    private static final int MOST = 9;

    private TimeDigits() {}

    /** By name of the origin's columns. */
    static Map<String, Integer> of(Table<?, ?> table, TableShape origin, TableShape target) {
        Map<String, Integer> digits = new HashMap<>();
        for (Column column : origin.columns().values()) {
            if (column.isTime()) {
                int both = Math.min(column.digits(), there(table, column, target));
                digits.put(column.name(), Math.max(LEAST, Math.min(MOST, both)));
            }
        }
        return digits;
    }

    private static int there(Table<?, ?> table, Column column, TableShape target) {
        String name = table.counterpart(Side.ORIGIN, column.name());
        Column other = name == null ? null : target.columns().get(name.toLowerCase(Locale.ROOT));
        if (other != null && other.isTime()) {
            return other.digits();
        }
        // A mapping does not say into which column it puts a time.
        return target.columns().values().stream()
                .filter(Column::isTime)
                .mapToInt(Column::digits)
                .min()
                .orElse(MOST);
    }
}
