package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A foreign key: columns of one table that hold the key of a record of another.
 *
 * @param parent the table that is referenced
 * @param columns the referencing columns on each side, in the order of the parent's key
 * @param later whether a row is written without it first, since the parent's table comes after its own
 */
record Reference(Table<?, ?> parent, Sides<List<String>> columns, boolean later) {
    List<String> on(Side side) {
        return columns.of(side);
    }

    /** What is wrong with it on one side, if anything. */
    Optional<String> problem(String table, Side side) {
        int wanted;
        try {
            wanted = parent.keys().size();
        } catch (IllegalArgumentException parentsOwn) {
            return Optional.empty();
        }
        return on(side).size() == wanted
                ? Optional.empty()
                : Optional.of("the reference of table " + table + " to " + parent + " has the columns " + on(side)
                        + " on the " + side + ", but the key has " + wanted);
    }

    /** The referenced record's key in {@code row}, a row of {@code side}; null when it references nothing. */
    @Nullable String parentKey(Side side, Row row) {
        List<@Nullable Object> values =
                on(side).stream().<@Nullable Object>map(row::get).toList();
        return values.contains(null) ? null : parent.keys().textOf(values);
    }
}
