package io.dualwrite.spring.capture;

import io.dualwrite.spring.capture.Effect.Named;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code merge} of one row of values by the key of its table, as Hibernate makes it for tables that may or may not have
 * a row for an entity: {@code using (select ? id, …) s on (t.id = s.id) when …}. Whatever it does then, it does to the record
 * with that key. Null for every other kind.
 */
final class MergeReader {
    private final List<Token> tokens;
    private final Condition.Operands operands;
    private final CapturedTable table;
    private final int end;

    /** For a statement of these tokens that changes this table and ends here. */
    MergeReader(List<Token> tokens, Condition.Operands operands, CapturedTable table, int end) {
        this.tokens = tokens;
        this.operands = operands;
        this.table = table;
        this.end = end;
    }

    /** {@code from} is right behind the table's name. */
    @Nullable Named read(int from) {
        int at = word(from, "as") ? from + 1 : from;
        String target = table.name();
        if (isIdentifier(at) && !word(at, "using")) {
            target = tokens.get(at).lower();
            at++;
        }
        if (!word(at, "using") || !sign(at + 1, "(") || !word(at + 2, "select")) {
            return null;
        }
        int closing = closing(at + 1);
        Map<String, Operand> row = row(at + 3, closing);
        int alias = word(closing + 1, "as") ? closing + 2 : closing + 1;
        if (row == null || !isIdentifier(alias) || !word(alias + 1, "on") || !sign(alias + 2, "(")) {
            return null;
        }
        String source = tokens.get(alias).lower();
        int on = closing(alias + 2);
        return source.equals(target)
                        || !isByKey(alias + 3, on, target, source)
                        || !keepsKey(on + 1, source)
                        || !row.keySet().containsAll(table.key())
                ? null
                : new Named(table, List.of(table.key().stream().map(row::get).toList()), true);
    }

    /** The single values of the one row by their names, lower case; null where there may be several rows. */
    private @Nullable Map<String, Operand> row(int from, int to) {
        Map<String, Operand> row = new HashMap<>();
        int begin = from;
        for (int at = from; at <= to; at++) {
            if (at < to && sign(at, "(")) {
                at = closing(at);
            } else if (at < to && !sign(at, ",")) {
                if (word(at, "from") || word(at, "union")) {
                    return null;
                }
            } else {
                int name = at - 1;
                if (name <= begin || !isIdentifier(name)) {
                    return null;
                }
                int last = word(name - 1, "as") ? name - 1 : name;
                Operand value = single(begin, last);
                if (value != null && row.put(tokens.get(name).lower(), value) != null) {
                    return null;
                }
                begin = at + 1;
            }
        }
        return row;
    }

    /** A value, be it {@code cast(? as type)}; null where it is computed. */
    private @Nullable Operand single(int from, int to) {
        boolean cast = word(from, "cast") && sign(from + 1, "(") && closing(from + 1) == to - 1 && word(from + 3, "as");
        return cast ? operands.between(from + 2, from + 3) : operands.between(from, to);
    }

    /** Whether rows match by the columns of the key and nothing else: {@code t.id = s.id and …}. */
    private boolean isByKey(int from, int to, String target, String source) {
        Set<String> compared = new HashSet<>();
        for (int at = from; at < to; at += 8) {
            boolean equal = at + 7 <= to && sign(at + 1, ".") && sign(at + 3, "=") && sign(at + 5, ".");
            if (!equal || (at + 7 < to && !word(at + 7, "and"))) {
                return false;
            }
            String column = tokens.get(at + 2).lower();
            boolean sides = tokens.get(at).lower().equals(target)
                    && tokens.get(at + 4).lower().equals(source)
                    && tokens.get(at + 6).lower().equals(column);
            if (!sides || !compared.add(column)) {
                return false;
            }
        }
        return compared.equals(new HashSet<>(table.key()));
    }

    /** Whether a row that is added has the key that was looked for, and one that is updated keeps it. */
    private boolean keepsKey(int from, String source) {
        boolean assigning = false;
        for (int at = from; at < end; at++) {
            if (word(at, "insert")) {
                if (!adds(at + 1, source)) {
                    return false;
                }
                at = closing(closing(at + 1) + 2);
            } else if (word(at, "set")) {
                assigning = true;
            } else if (assigning
                    && sign(at + 1, "=")
                    && (word(at - 1, "set") || sign(at - 1, ",") || sign(at - 1, "."))) {
                if (table.key().contains(tokens.get(at).lower())) {
                    return false;
                }
            } else if (sign(at, "(") && assigning && word(at - 1, "set")) {
                return false;
            } else if (sign(at, "(")) {
                at = closing(at);
            }
        }
        return true;
    }

    /** {@code (id, x) values (s.id, s.x)}. */
    private boolean adds(int from, String source) {
        int closing = sign(from, "(") ? closing(from) : end;
        if (!word(closing + 1, "values") || !sign(closing + 2, "(")) {
            return false;
        }
        Set<String> left = new HashSet<>(table.key());
        int value = closing + 3;
        int last = closing(closing + 2);
        for (int at = from + 1; at < closing && value < last; at += 2) {
            String column = tokens.get(at).lower();
            int next = value;
            while (next < last && !sign(next, ",")) {
                next = sign(next, "(") ? closing(next) + 1 : next + 1;
            }
            boolean same = next - value == 3
                    && tokens.get(value).lower().equals(source)
                    && sign(value + 1, ".")
                    && tokens.get(value + 2).lower().equals(column);
            if (table.key().contains(column) && !(same && left.remove(column))) {
                return false;
            }
            value = next + 1;
        }
        return left.isEmpty();
    }

    private boolean word(int at, String word) {
        return at >= 0 && at < end && tokens.get(at).is(word);
    }

    private boolean sign(int at, String sign) {
        return at >= 0 && at < end && tokens.get(at).isSign(sign);
    }

    private boolean isIdentifier(int at) {
        return at >= 0 && at < end && tokens.get(at).isIdentifier();
    }

    private int closing(int from) {
        int depth = 0;
        for (int at = from; at >= 0 && at < end; at++) {
            if (sign(at, "(")) {
                depth++;
            } else if (sign(at, ")") && --depth == 0) {
                return at;
            }
        }
        return end;
    }
}
