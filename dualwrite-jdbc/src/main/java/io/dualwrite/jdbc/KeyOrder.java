package io.dualwrite.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table's rows in the order of their keys, which is the same on every engine: text goes by the bytes of its UTF-8. */
final class KeyOrder {
    private final Dialect dialect;
    private final SideTable table;

    KeyOrder(Dialect dialect, SideTable table) {
        this.dialect = dialect;
        this.table = table;
    }

    /** Selects all rows, or those after a key to be bound by {@link #bind}, in order. */
    String select(String columns, boolean afterKey) {
        String from = "select " + columns + " from " + table.shape().quoted();
        return from + (afterKey ? " where " + inParentheses(key()) + " > " + inParentheses(values()) : "")
                + " order by " + key();
    }

    void bind(PreparedStatement statement, @Nullable String afterKey) throws SQLException {
        if (afterKey != null) {
            @Nullable Object[] values = table.bind(List.of(afterKey));
            for (int at = 0; at < values.length; at++) {
                statement.setObject(at + 1, values[at]);
            }
        }
    }

    private String inParentheses(String list) {
        return table.key().size() == 1 ? list : "(" + list + ")";
    }

    private String key() {
        return table.key().stream().map(dialect::ordered).collect(Collectors.joining(", "));
    }

    private String values() {
        return table.key().stream().map(dialect::orderedValue).collect(Collectors.joining(", "));
    }
}
