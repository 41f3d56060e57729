package io.dualwrite.testkit.simulation;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a statement that has a value. Booleans have three: true, false and null. */
@FunctionalInterface
interface SqlExpression {
    @Nullable Object in(Frame frame) throws SQLException;

    /** A column by name. */
    record Column(@Nullable String qualifier, String name) implements SqlExpression {
        @Override
        public @Nullable Object in(Frame frame) {
            for (Frame at = frame; at != null; at = at.outer) {
                Integer index = at.isCalled(qualifier) ? at.columns.get(name) : null;
                if (index != null) {
                    return at.values[index];
                }
            }
            throw Unsimulated.of("the column " + name, frame.execution.sql());
        }
    }

    /** An aggregate, computed before over all rows. */
    record Aggregate(
            String function,
            @Nullable SqlExpression argument,
            @Nullable SqlExpression filter,
            int number) implements SqlExpression {
        @Override
        public @Nullable Object in(Frame frame) {
            return frame.aggregates[number];
        }

        /** Takes one more row in. */
        void add(Frame frame, @Nullable Object[] into) throws SQLException {
            if (filter != null && !isTrue(filter.in(frame))) {
                return;
            }
            Object value = argument == null ? Boolean.TRUE : argument.in(frame);
            Object before = into[number];
            if (value == null) {
                return;
            }
            into[number] = switch (function) {
                case "count" -> before instanceof Long count ? count + 1 : 1L;
                case "min" -> before == null || compare(value, before) < 0 ? value : before;
                case "max" -> before == null || compare(value, before) > 0 ? value : before;
                default -> throw Unsimulated.of("the aggregate " + function, frame.execution.sql());
            };
        }

        @Nullable Object empty() {
            return function.equals("count") ? 0L : null;
        }
    }

    static boolean isTrue(@Nullable Object value) {
        return Boolean.TRUE.equals(value);
    }

    /** As databases order them. */
    static int compare(Object left, Object right) {
        if (left instanceof Long first && right instanceof Long second) {
            return Long.compare(first, second);
        }
        if (left instanceof Number first && right instanceof Number second) {
            return Double.compare(first.doubleValue(), second.doubleValue());
        }
        if (left instanceof String first && right instanceof String second) {
            return first.compareTo(second);
        }
        if (left instanceof Boolean first && right instanceof Boolean second) {
            return Boolean.compare(first, second);
        }
        if (left instanceof Instant first && right instanceof Instant second) {
            return first.compareTo(second);
        }
        if (left instanceof Duration first && right instanceof Duration second) {
            return first.compareTo(second);
        }
        throw Unsimulated.of("how to compare a " + left.getClass().getSimpleName() + " with a "
                + right.getClass().getSimpleName());
    }

    /** Compares values or, element by element, row values; null when nothing can be said. */
    static @Nullable Boolean compared(String sign, @Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return null;
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            return comparedRows(sign, first, second);
        }
        int order = compare(left, right);
        return holds(sign, order);
    }

    private static @Nullable Boolean comparedRows(String sign, List<?> left, List<?> right) {
        for (int at = 0; at < left.size(); at++) {
            Object first = left.get(at);
            Object second = right.get(at);
            if (first == null || second == null) {
                return null;
            }
            int order = compare(first, second);
            if (order != 0) {
                return holds(sign, order);
            }
        }
        return holds(sign, 0);
    }

    private static boolean holds(String sign, int order) {
        return switch (sign) {
            case "=" -> order == 0;
            case "<>", "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }
}
