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

    /** Selects, in order, the rows whose keys compare by these operators with as many keys, to be bound by {@link #bind}. */
    String select(String columns, List<String> operators) {
        String from = "select " + columns + " from " + table.shape().quoted();
        String where = operators.stream()
                .map(operator -> inParentheses(key()) + " " + operator + " " + inParentheses(values()))
                .collect(Collectors.joining(" and "));
        return from + (where.isEmpty() ? "" : " where " + where) + " order by " + key();
    }

    void bind(PreparedStatement statement, List<String> keys) throws SQLException {
        @Nullable Object[] values = table.bind(keys);
        for (int at = 0; at < values.length; at++) {
            statement.setObject(at + 1, values[at]);
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
