package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.SqlTokens.Kind;
import io.dualwrite.testkit.simulation.SqlTokens.Token;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions into what computes them. */
final class SqlExpressions {
    private static final Set<String> SIGNS = Set.of("=", "<>", "!=", "<", "<=", ">", ">=");
    private static final Set<String> AGGREGATES = Set.of("count", "min", "max");

    private final SqlTokens tokens;
    private final SqlParser parser;
    private final Deque<List<SqlExpression.Aggregate>> aggregates = new ArrayDeque<>();
    private int parameters;

    SqlExpressions(SqlTokens tokens, SqlParser parser) {
        this.tokens = tokens;
        this.parser = parser;
    }

    /** Aggregates found from here on belong to one query and go into this list. */
    List<SqlExpression.Aggregate> beginAggregates() {
        List<SqlExpression.Aggregate> mine = new ArrayList<>();
        aggregates.push(mine);
        return mine;
    }

    void endAggregates() {
        aggregates.pop();
    }

    List<SqlExpression> list() {
        List<SqlExpression> list = new ArrayList<>();
        do {
            list.add(expression());
        } while (tokens.take(","));
        return List.copyOf(list);
    }

    SqlExpression expression() {
        SqlExpression left = conjunction();
        while (tokens.take("or")) {
            SqlExpression first = left;
            SqlExpression second = conjunction();
            left = frame -> {
                Object one = first.in(frame);
                if (SqlExpression.isTrue(one)) {
                    return true;
                }
                Object other = second.in(frame);
                return SqlExpression.isTrue(other) ? Boolean.TRUE : one == null || other == null ? null : false;
            };
        }
        return left;
    }

    private SqlExpression conjunction() {
        SqlExpression left = negation();
        while (tokens.take("and")) {
            SqlExpression first = left;
            SqlExpression second = negation();
            left = frame -> {
                Object one = first.in(frame);
                if (Boolean.FALSE.equals(one)) {
                    return false;
                }
                Object other = second.in(frame);
                return Boolean.FALSE.equals(other) ? Boolean.FALSE : one == null || other == null ? null : true;
            };
        }
        return left;
    }

    private SqlExpression negation() {
        if (tokens.take("not")) {
            SqlExpression negated = negation();
            return frame -> {
                Object value = negated.in(frame);
                return value == null ? null : !SqlExpression.isTrue(value);
            };
        }
        return comparison();
    }

    private SqlExpression comparison() {
        SqlExpression left = sum();
        if (tokens.peek().kind() == Kind.SIGN && SIGNS.contains(tokens.peek().text())) {
            String sign = tokens.next().text();
            SqlExpression right = sum();
            return frame -> SqlExpression.compared(sign, left.in(frame), right.in(frame));
        }
        if (tokens.take("is", "not", "null")) {
            return frame -> left.in(frame) != null;
        }
        if (tokens.take("is", "null")) {
            return frame -> left.in(frame) == null;
        }
        if (tokens.take("between")) {
            SqlExpression low = sum();
            tokens.expect("and");
            SqlExpression high = sum();
            return frame -> {
                Object value = left.in(frame);
                Boolean above = SqlExpression.compared(">=", value, low.in(frame));
                Boolean below = SqlExpression.compared("<=", value, high.in(frame));
                return above == null || below == null ? null : above && below;
            };
        }
        if (tokens.take("like")) {
            SqlExpression pattern = sum();
            return frame -> like(left.in(frame), pattern.in(frame));
        }
        boolean not = tokens.take("not", "in");
        if (not || tokens.take("in")) {
            tokens.expect("(");
            List<SqlExpression> values = list();
            tokens.expect(")");
            return frame -> among(left.in(frame), values, frame, not);
        }
        return left;
    }

    private @Nullable Object like(@Nullable Object value, @Nullable Object pattern) {
        if (value == null || pattern == null) {
            return null;
        }
        String wanted = String.valueOf(pattern);
        if (wanted.contains("\\") || wanted.contains("_") || wanted.lastIndexOf('%') != 0) {
            throw tokens.unknown("a pattern like " + wanted);
        }
        return String.valueOf(value).endsWith(wanted.substring(1));
    }

    private static @Nullable Object among(@Nullable Object value, List<SqlExpression> values, Frame frame, boolean not)
            throws SQLException {
        boolean unknown = value == null;
        for (SqlExpression each : values) {
            Boolean equal = SqlExpression.compared("=", value, each.in(frame));
            if (SqlExpression.isTrue(equal)) {
                return !not;
            }
            unknown |= equal == null;
        }
        return unknown ? null : not;
    }

    private SqlExpression sum() {
        SqlExpression left = product();
        while (tokens.isNext("+") || tokens.isNext("-") || tokens.isNext("||")) {
            String sign = tokens.next().text();
            SqlExpression first = left;
            SqlExpression second = product();
            left = frame -> added(sign, first.in(frame), second.in(frame));
        }
        return left;
    }

    private @Nullable Object added(String sign, @Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return null;
        }
        if (sign.equals("||")) {
            return String.valueOf(left) + right;
        }
        boolean plus = sign.equals("+");
        if (left instanceof Long first && right instanceof Long second) {
            return plus ? first + second : first - second;
        }
        if (left instanceof Instant first && right instanceof Duration second) {
            return plus ? first.plus(second) : first.minus(second);
        }
        if (left instanceof Instant first && right instanceof Instant second && !plus) {
            return Duration.between(second, first);
        }
        throw tokens.unknown("how to compute " + left.getClass() + sign + right.getClass());
    }

    private SqlExpression product() {
        SqlExpression left = postfix();
        while (tokens.isNext("*")) {
            tokens.next();
            SqlExpression first = left;
            SqlExpression second = postfix();
            left = frame -> multiplied(first.in(frame), second.in(frame));
        }
        return left;
    }

    private @Nullable Object multiplied(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return null;
        }
        if (left instanceof Long first && right instanceof Long second) {
            return first * second;
        }
        if (left instanceof Number times && right instanceof Duration interval) {
            return Duration.ofNanos(Math.round(interval.toNanos() * times.doubleValue()));
        }
        if (left instanceof Number first && right instanceof Number second) {
            return first.doubleValue() * second.doubleValue();
        }
        throw tokens.unknown("how to multiply " + left.getClass() + " and " + right.getClass());
    }

    private SqlExpression postfix() {
        SqlExpression value = primary();
        while (true) {
            if (tokens.take("::")) {
                value = cast(value, type());
            } else if (tokens.take("collate")) {
                // Text is always compared by its characters here, which for keys in tests is the order of their bytes.
                tokens.name();
            } else {
                return value;
            }
        }
    }

    private SqlExpression primary() {
        Token token = tokens.next();
        switch (token.kind()) {
            case TEXT:
                return frame -> token.text();
            case NUMBER:
                Object number = token.text().contains(".")
                        ? (Object) Double.valueOf(token.text())
                        : (Object) Long.valueOf(token.text());
                return frame -> number;
            case QUOTED:
                return column(token.text());
            case WORD:
                return word(token.text());
            default:
                break;
        }
        if (token.text().equals("?")) {
            int index = parameters++;
            return frame -> frame.execution.parameter(index);
        }
        if (token.text().equals("-")) {
            SqlExpression negated = primary();
            return frame -> multiplied(-1L, negated.in(frame));
        }
        if (token.text().equals("(")) {
            if (tokens.isNext("select")) {
                SqlStatement.Select query = parser.select();
                tokens.expect(")");
                return frame -> frame.execution.scalar(query, frame);
            }
            List<SqlExpression> list = list();
            tokens.expect(")");
            return list.size() == 1 ? list.get(0) : frame -> values(list, frame);
        }
        throw tokens.unknown("'" + token.text() + "' in an expression");
    }

    private static List<@Nullable Object> values(List<SqlExpression> list, Frame frame) throws SQLException {
        @Nullable Object[] values = new @Nullable Object[list.size()];
        for (int at = 0; at < values.length; at++) {
            values[at] = list.get(at).in(frame);
        }
        return Arrays.asList(values);
    }

    private SqlExpression column(String name) {
        return tokens.take(".") ? new SqlExpression.Column(name, tokens.name()) : new SqlExpression.Column(null, name);
    }

    private SqlExpression word(String word) {
        switch (word) {
            case "null":
                return frame -> null;
            case "true":
                return frame -> true;
            case "false":
                return frame -> false;
            case "current_timestamp":
                return frame -> frame.execution.begun();
            case "interval":
                String text = tokens.next().text();
                if (!text.equals("1 microsecond")) {
                    throw tokens.unknown("the interval " + text);
                }
                return frame -> Duration.ofNanos(1000);
            case "case":
                return choice();
            case "cast":
                tokens.expect("(");
                SqlExpression value = expression();
                tokens.expect("as");
                ColumnType type = type();
                tokens.expect(")");
                return cast(value, type);
            case "exists":
                tokens.expect("(");
                SqlStatement.Select query = parser.select();
                tokens.expect(")");
                return frame -> frame.execution.exists(query, frame);
            case "extract":
                tokens.expect("(", "epoch", "from");
                SqlExpression span = expression();
                tokens.expect(")");
                return frame -> span.in(frame) instanceof Duration length
                        ? (Object) (length.toNanos() / 1000 / 1_000_000.0)
                        : null;
            default:
                return tokens.isNext("(") ? function(word) : column(word);
        }
    }

    private SqlExpression choice() {
        List<SqlExpression> conditions = new ArrayList<>();
        List<SqlExpression> results = new ArrayList<>();
        while (tokens.take("when")) {
            conditions.add(expression());
            tokens.expect("then");
            results.add(expression());
        }
        SqlExpression otherwise = tokens.take("else") ? expression() : frame -> null;
        tokens.expect("end");
        return frame -> {
            for (int at = 0; at < conditions.size(); at++) {
                if (SqlExpression.isTrue(conditions.get(at).in(frame))) {
                    return results.get(at).in(frame);
                }
            }
            return otherwise.in(frame);
        };
    }

    private SqlExpression function(String name) {
        tokens.expect("(");
        if (AGGREGATES.contains(name)) {
            return aggregate(name);
        }
        List<SqlExpression> arguments = tokens.isNext(")") ? List.of() : list();
        tokens.expect(")");
        if (name.equals("coalesce")) {
            return frame -> {
                for (SqlExpression argument : arguments) {
                    Object value = argument.in(frame);
                    if (value != null) {
                        return value;
                    }
                }
                return null;
            };
        }
        return frame -> frame.execution.call(name, values(arguments, frame));
    }

    private SqlExpression aggregate(String name) {
        SqlExpression argument = tokens.take("*") ? null : expression();
        tokens.expect(")");
        SqlExpression filter = null;
        if (tokens.take("filter")) {
            tokens.expect("(", "where");
            filter = expression();
            tokens.expect(")");
        }
        List<SqlExpression.Aggregate> mine = aggregates.element();
        SqlExpression.Aggregate aggregate = new SqlExpression.Aggregate(name, argument, filter, mine.size());
        mine.add(aggregate);
        return aggregate;
    }

    private SqlExpression cast(SqlExpression value, ColumnType type) {
        return frame -> {
            Object raw = value.in(frame);
            if (type == ColumnType.TEXT) {
                return raw == null ? null : raw.toString();
            }
            // A table's name as its number.
            return raw instanceof String text && type == ColumnType.INTEGER
                    ? (Object) (long) text.hashCode()
                    : type.accept(raw);
        };
    }

    /** A type with its length or precision, which is passed over. */
    ColumnType type() {
        String name = tokens.name();
        ColumnType type = switch (name) {
            case "smallint", "int2" -> ColumnType.SMALLINT;
            case "int", "integer", "int4", "regclass", "oid" ->
                name.equals("regclass") || name.equals("oid") ? ColumnType.TEXT : ColumnType.INTEGER;
            case "bigint", "int8" -> ColumnType.BIGINT;
            case "boolean", "bool" -> ColumnType.BOOLEAN;
            case "varchar", "text" -> ColumnType.TEXT;
            case "timestamp", "timestamptz" -> ColumnType.TIMESTAMP;
            case "double" -> {
                tokens.expect("precision");
                yield ColumnType.DOUBLE;
            }
            default -> throw tokens.unknown("the type " + name);
        };
        if (tokens.take("(")) {
            tokens.next();
            tokens.expect(")");
        }
        tokens.take("with", "time", "zone");
        return type;
    }
}
