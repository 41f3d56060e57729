package io.dualwrite.spring.capture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A condition that may say the keys it is true for: {@code key = ?}, {@code key in (?, ?)}, or one of these for every column
 * of the key, among other conditions that all have to hold.
 */
final class Condition {
    private final List<Token> tokens;
    private final int from;
    private final int to;
    private final Operands operands;

    /** What a single value in the text is, by its first token and the one after it. */
    @FunctionalInterface
    interface Operands {
        @Nullable Operand between(int from, int to);
    }

    Condition(List<Token> tokens, int from, int to, Operands operands) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.operands = operands;
    }

    /** The keys outside of which it cannot be true, or null when it does not say. */
    @Nullable List<List<Operand>> keys(CapturedTable table) {
        Map<String, List<Operand>> values = new HashMap<>();
        int begin = from;
        int depth = 0;
        for (int at = from; at <= to; at++) {
            if (at < to && (sign(at, "(") || sign(at, "[") || word(at, "case"))) {
                depth++;
            } else if (at < to && (sign(at, ")") || sign(at, "]") || word(at, "end"))) {
                depth--;
            } else if (depth == 0 && at < to && isAlternative(at)) {
                return null;
            } else if (at == to || (depth == 0 && word(at, "and"))) {
                note(begin, at, values);
                begin = at + 1;
            }
        }
        if (table.key().size() == 1) {
            List<Operand> found = values.get(table.key().get(0));
            return found == null ? null : found.stream().map(List::of).toList();
        }
        List<Operand> key = new ArrayList<>();
        for (String column : table.key()) {
            List<Operand> found = values.get(column);
            if (found == null || found.size() != 1) {
                return null;
            }
            key.add(found.get(0));
        }
        return List.of(key);
    }

    /** What makes one of several conditions enough; in some engines these signs do. */
    private boolean isAlternative(int at) {
        return word(at, "or") || word(at, "xor") || sign(at, "||") || sign(at, "&&");
    }

    /** Notes a condition of the form {@code column = value} or {@code column in (value, …)}. */
    private void note(int begin, int end, Map<String, List<Operand>> values) {
        int column = begin + 2 < end && sign(begin + 1, ".") ? begin + 2 : begin;
        if (column + 1 >= end || !tokens.get(column).isIdentifier()) {
            return;
        }
        String name = tokens.get(column).lower();
        if (sign(column + 1, "=")) {
            Operand value = operands.between(column + 2, end);
            if (value != null) {
                values.put(name, List.of(value));
            }
        } else if (word(column + 1, "in") && sign(column + 2, "(") && sign(end - 1, ")")) {
            List<Operand> list = new ArrayList<>();
            for (int at = column + 3; at < end - 1; at += 2) {
                Operand value = operands.between(at, at + 1);
                if (value == null || (at + 1 < end - 1 && !sign(at + 1, ","))) {
                    return;
                }
                list.add(value);
            }
            values.putIfAbsent(name, list);
        }
    }

    private boolean word(int at, String word) {
        return tokens.get(at).is(word);
    }

    private boolean sign(int at, String sign) {
        return at < tokens.size() && tokens.get(at).isSign(sign);
    }
}
