package io.dualwrite.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
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
        return "select " + columns + " from " + table.shape().quoted() + where(operators) + " order by " + key();
    }

    /** The condition that keys compare by these operators with as many keys; empty without any. */
    String where(List<String> operators) {
        String where = operators.stream().map(this::compared).collect(Collectors.joining(" and "));
        return where.isEmpty() ? "" : " where " + where;
    }

    void bind(PreparedStatement statement, List<String> keys) throws SQLException {
        int at = 0;
        for (String key : keys) {
            @Nullable Object[] values = table.bind(List.of(key));
            for (int shortest = isWhole() ? values.length : 1; shortest <= values.length; shortest++) {
                for (int part = 0; part < shortest; part++) {
                    statement.setObject(++at, values[part]);
                }
            }
        }
    }

    /** Whether a key is compared as a whole, and not column by column. */
    private boolean isWhole() {
        return table.key().size() == 1 || dialect.seeksByLists();
    }

    private String compared(String operator) {
        if (isWhole()) {
            return inParentheses(key()) + " " + operator + " " + inParentheses(values());
        }
        // Equal in the first columns, and beyond in the next one.
        List<String> cases = new ArrayList<>();
        StringBuilder equal = new StringBuilder();
        for (int at = 0; at < table.key().size(); at++) {
            boolean isLast = at == table.key().size() - 1;
            String column = dialect.ordered(table.key().get(at));
            String value = dialect.orderedValue(table.key().get(at));
            cases.add(equal + column + " " + (isLast ? operator : operator.substring(0, 1)) + " " + value);
            equal.append(column).append(" = ").append(value).append(" and ");
        }
        return "(" + String.join(" or ", cases) + ")";
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
