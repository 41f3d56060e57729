package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A foreign key: columns of one table that hold the key of a record of another.
 *
 * @param parent the table that is referenced
 * @param columns the referencing columns on each side, in the order of the parent's key; null where that side has none
 */
record Reference(Table<?, ?> parent, Sides<List<String>> columns) {
    List<String> on(Side side) {
        return columns.of(side);
    }

    /** The referenced record's key in {@code row}, a row of {@code side}; null when it references nothing. */
    @Nullable String parentKey(Side side, Row row) {
        List<@Nullable Object> values =
                on(side).stream().<@Nullable Object>map(row::get).toList();
        return values.contains(null) ? null : parent.keys().textOf(values);
    }
}
