package io.dualwrite.spring.capture;

import io.dualwrite.spring.capture.Effect.Generated;
import io.dualwrite.spring.capture.Effect.Named;
import io.dualwrite.spring.capture.Effect.Other;
import io.dualwrite.spring.capture.Effect.Searched;
import io.dualwrite.spring.capture.Effect.Unnamed;
import io.dualwrite.spring.capture.Operand.Literal;
import io.dualwrite.spring.capture.Operand.Mark;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one statement that mentions a migration's tables. Knows inserts of values, updates and deletes of one table, and
 * those inside of H2's {@code final table (…)}; the rest may change everything it mentions.
 */
final class ChangeReader {
    private static final Set<String> READING =
            Set.of("select", "values", "table", "show", "explain", "describe", "desc", "with");
    private static final Set<String> NOT_SIMPLE = Set.of("order", "limit", "join", "offset", "fetch", "using");

    private final SqlText text;
    private final List<Token> tokens;
    private final List<CapturedTable> tables;

    ChangeReader(SqlText text, List<Token> tokens, List<CapturedTable> tables) {
        this.text = text;
        this.tokens = tokens;
        this.tables = tables;
    }

    /** {@code head} is where the first word is. */
    Effect read(int head, List<CapturedTable> mentioned) {
        Token first = tokens.get(head);
        if (READING.contains(first.lower())) {
            return reading(head + 1, mentioned);
        }
        Effect effect = head == 0 ? change(0, tokens.size(), false) : null;
        return effect == null ? unnamed(mentioned, first.lower()) : effect;
    }

    private static Unnamed unnamed(List<CapturedTable> mentioned, String head) {
        return new Unnamed(mentioned, "this kind of " + head.toUpperCase(Locale.ROOT) + " is not understood");
    }

    private Effect reading(int from, List<CapturedTable> mentioned) {
        int change = -1;
        for (int at = from; at < tokens.size(); at++) {
            if (isChange(at)) {
                if (change >= 0) {
                    return unnamed(mentioned, tokens.get(0).lower());
                }
                change = at;
            }
        }
        if (change < 0) {
            return new Other();
        }
        boolean ofH2 = change >= 2
                && tokens.get(change - 1).isSign("(")
                && tokens.get(change - 2).is("table");
        int end = ofH2 ? closing(change - 1) : -1;
        Effect effect = end < 0 ? null : change(change, end, true);
        return effect == null ? unnamed(mentioned, tokens.get(0).lower()) : effect;
    }

    /** Whether a statement that changes rows begins here, within another one. */
    private boolean isChange(int at) {
        Token token = tokens.get(at);
        if (token.is("insert") || token.is("merge")) {
            return word(at + 1, "into") || word(at + 1, "ignore");
        } else if (token.is("delete")) {
            return word(at + 1, "from");
        }
        return token.is("update")
                && !word(at - 1, "for")
                && !word(at - 1, "key")
                && at + 1 < tokens.size()
                && tokens.get(at + 1).isIdentifier();
    }

    private boolean word(int at, String word) {
        return at >= 0 && at < tokens.size() && tokens.get(at).is(word);
    }

    private boolean sign(int at, String sign) {
        return at >= 0 && at < tokens.size() && tokens.get(at).isSign(sign);
    }

    /** Null where it is not understood. */
    private @Nullable Effect change(int from, int end, boolean answers) {
        Token verb = tokens.get(from);
        if (verb.is("insert")) {
            int into = word(from + 1, "ignore") ? from + 2 : from + 1;
            return word(into, "into") ? insert(into + 1, end, answers) : null;
        } else if (verb.is("merge")) {
            return word(from + 1, "into") ? merge(from + 2, end) : null;
        } else if (verb.is("update")) {
            return update(from + 1, end);
        }
        if (!verb.is("delete")) {
            return null;
        }
        if (word(from + 1, "from")) {
            return delete(from + 2, end, null);
        }
        // As MySQL has it: delete o from orders o where …
        return word(from + 2, "from")
                ? delete(from + 3, end, tokens.get(from + 1).lower())
                : null;
    }

    /** A name and what follows it. */
    private record Name(List<CapturedTable> of, int after) {}

    private Name name(int from) {
        int at = from;
        while (at + 2 < tokens.size()
                && tokens.get(at).isIdentifier()
                && sign(at + 1, ".")
                && tokens.get(at + 2).isIdentifier()) {
            at += 2;
        }
        if (at >= tokens.size() || !tokens.get(at).isIdentifier()) {
            return new Name(List.of(), at);
        }
        String name = tokens.get(at).lower();
        String schema = at > from ? tokens.get(at - 2).lower() : null;
        return new Name(
                tables.stream()
                        .filter(table -> table.name().equals(name)
                                && (schema == null || table.schema().equals(schema)))
                        .toList(),
                at + 1);
    }

    private @Nullable Effect insert(int from, int end, boolean answers) {
        Name name = name(from);
        if (name.of().isEmpty()) {
            return onlyOthers(from, name.after(), end);
        }
        if (name.of().size() > 1) {
            return null;
        }
        CapturedTable table = name.of().get(0);
        Effect values = values(table, name.after(), end, answers);
        return values == null && table.stored().tellsAdded() && !answers && addsOnly(table, name.after(), end)
                ? new Generated(table, null, false)
                : values;
    }

    /** Whether what is inserted here, from wherever, can change no other record than those that it adds or finds there. */
    private boolean addsOnly(CapturedTable table, int from, int end) {
        int conflict = end;
        for (int at = from; at < end; at++) {
            boolean instead = word(at - 1, "do") && word(at, "update");
            if ((isChange(at) && !instead) || word(at, "duplicate") || word(at, "returning")) {
                return false;
            }
            if (conflict == end && word(at, "on") && word(at + 1, "conflict")) {
                conflict = at;
            }
        }
        return !setsKey(table, conflict, end);
    }

    /** An insert of values whose keys stand in the text. */
    private @Nullable Effect values(CapturedTable table, int from, int end, boolean answers) {
        int at = from;
        if (word(at, "default") && word(at + 1, "values")) {
            List<List<@Nullable Operand>> one = List.of(nothingKnown(table));
            return tail(at + 2, end, table) ? new Generated(table, one, answers || returns(at + 2, end)) : null;
        }
        if (!sign(at, "(")) {
            return null;
        }
        int closing = closing(at);
        List<String> columns = columns(at + 1, closing);
        at = closing + 1;
        if (word(at, "overriding")) {
            at += 3;
        }
        if (columns == null || !(word(at, "values") || word(at, "value"))) {
            return null;
        }
        List<List<@Nullable Operand>> rows = new ArrayList<>();
        do {
            at++;
            int close = sign(at, "(") ? closing(at) : -1;
            List<@Nullable Operand> row = close < 0 ? null : row(at + 1, close, columns, table);
            if (row == null) {
                return null;
            }
            rows.add(row);
            at = close + 1;
        } while (at < end && sign(at, ","));
        if (!tail(at, end, table)) {
            return null;
        }
        List<List<Operand>> whole = whole(rows);
        return whole != null ? new Named(table, whole, true) : new Generated(table, rows, answers || returns(at, end));
    }

    private static List<@Nullable Operand> nothingKnown(CapturedTable table) {
        List<@Nullable Operand> row = new ArrayList<>();
        table.key().forEach(column -> row.add(null));
        return row;
    }

    /** The rows, where every one has its whole key. */
    private static @Nullable List<List<Operand>> whole(List<List<@Nullable Operand>> rows) {
        List<List<Operand>> whole = new ArrayList<>();
        for (List<@Nullable Operand> row : rows) {
            List<Operand> key = new ArrayList<>();
            for (Operand operand : row) {
                if (operand == null) {
                    return null;
                }
                key.add(operand);
            }
            whole.add(key);
        }
        return whole;
    }

    /** A change of another table that mentions one of these only to read it; null where it could change it. */
    private @Nullable Effect onlyOthers(int from, int after, int end) {
        if (after == from) {
            return null;
        }
        for (int at = after; at < end; at++) {
            if (isChange(at)) {
                return null;
            }
        }
        return new Other();
    }

    private @Nullable List<String> columns(int from, int to) {
        List<String> columns = new ArrayList<>();
        for (int at = from; at < to; at += 2) {
            if (!tokens.get(at).isIdentifier() || (at + 1 < to && !sign(at + 1, ","))) {
                return null;
            }
            columns.add(tokens.get(at).lower());
        }
        return columns;
    }

    private @Nullable List<@Nullable Operand> row(int from, int to, List<String> columns, CapturedTable table) {
        List<@Nullable Operand> values = new ArrayList<>();
        int begin = from;
        for (int at = from; at <= to; at++) {
            if (at < to && opens(at)) {
                at = closing(at);
            } else if (at == to || sign(at, ",")) {
                values.add(operand(begin, at));
                begin = at + 1;
            }
        }
        if (values.size() != columns.size()) {
            return null;
        }
        List<@Nullable Operand> key = new ArrayList<>();
        for (String column : table.key()) {
            int at = columns.indexOf(column);
            key.add(at < 0 ? null : values.get(at));
        }
        return key;
    }

    /** What stands between these, where it is a single value; null for everything that is computed. */
    private @Nullable Operand operand(int from, int to) {
        if (to - from == 2 && sign(from, "-") && tokens.get(from + 1).kind() == Token.Kind.NUMBER) {
            Operand positive = operand(from + 1, to);
            return positive instanceof Literal number && number.value() instanceof BigDecimal value
                    ? new Literal(value.negate())
                    : null;
        }
        if (to - from != 1) {
            return null;
        }
        Token token = tokens.get(from);
        return switch (token.kind()) {
            case MARK -> new Mark(token.mark());
            case TEXT -> new Literal(token.text());
            case NUMBER -> number(token.text());
            case WORD, NAME, UNCLEAR, SIGN -> null;
        };
    }

    private static @Nullable Operand number(String text) {
        try {
            return new Literal(new BigDecimal(text));
        } catch (NumberFormatException otherwise) {
            return null;
        }
    }

    /** Whether what follows the values leaves them the only records that are changed. */
    private boolean tail(int from, int end, CapturedTable table) {
        if (from >= end || word(from, "returning")) {
            return true;
        }
        if (!word(from, "on") || !word(from + 1, "conflict")) {
            return false;
        }
        if (setsKey(table, from, end)) {
            return false;
        }
        if (word(from + 2, "do")) {
            return word(from + 3, "nothing");
        }
        if (!sign(from + 2, "(")) {
            return false;
        }
        int closing = closing(from + 2);
        List<String> conflicting = columns(from + 3, closing);
        return conflicting != null
                && (new HashSet<>(conflicting).equals(new HashSet<>(table.key()))
                        || (word(closing + 1, "do") && word(closing + 2, "nothing")));
    }

    /** Whether an upsert may give another key to the record that it finds. */
    private boolean setsKey(CapturedTable table, int from, int end) {
        for (int at = from; at + 1 < end; at++) {
            boolean assigned = tokens.get(at).isIdentifier()
                    && table.key().contains(tokens.get(at).lower())
                    && sign(at + 1, "=")
                    && !sign(at - 1, ".");
            if (assigned || (word(at, "set") && sign(at + 1, "("))) {
                return true;
            }
        }
        return false;
    }

    private boolean returns(int from, int end) {
        for (int at = from; at < end; at++) {
            if (word(at, "returning")) {
                return true;
            }
        }
        return false;
    }

    /** H2's own {@code merge into … values …}, by the primary key; and that of one row by its key. */
    private @Nullable Effect merge(int from, int end) {
        Name name = name(from);
        if (name.of().size() != 1) {
            return null;
        }
        if (!sign(name.after(), "(")) {
            return new MergeReader(tokens, this::operand, name.of().get(0), end).read(name.after());
        }
        int values = closing(name.after()) + 1;
        return word(values, "values") && insert(from, end, false) instanceof Named named ? named : null;
    }

    private @Nullable Effect update(int from, int end) {
        Name name = name(from);
        int set = name.after();
        if (!word(set, "set")) {
            set = word(set, "as") ? set + 2 : set + 1;
        }
        if (!word(set, "set")) {
            return null;
        }
        if (name.of().isEmpty()) {
            return onlyOthers(from, name.after(), end);
        }
        if (name.of().size() > 1) {
            return null;
        }
        CapturedTable table = name.of().get(0);
        int where = set + 1;
        boolean assigning = true;
        while (where < end && !word(where, "where") && !word(where, "returning")) {
            Token token = tokens.get(where);
            if (token.is("from") || (token.kind() == Token.Kind.WORD && NOT_SIMPLE.contains(token.lower()))) {
                return null;
            }
            if (assigning && token.isSign("(")) {
                return null;
            }
            if (assigning && token.isIdentifier() && table.key().contains(token.lower()) && !sign(where + 1, ".")) {
                return null;
            }
            if (token.isSign("=")) {
                assigning = false;
            } else if (token.isSign(",")) {
                assigning = true;
            }
            where = opens(where) ? closing(where) + 1 : where + 1;
        }
        return searched(
                table, text.slice(tokens.get(from).from(), tokens.get(set - 1).to()), where, end);
    }

    /** {@code alias} is what its table has to be called, if that was said before. */
    private @Nullable Effect delete(int from, int end, @Nullable String alias) {
        Name name = name(from);
        int at = name.after();
        if (at < end && !word(at, "where") && !word(at, "returning")) {
            at = word(at, "as") ? at + 2 : at + 1;
        }
        if (at < end && !word(at, "where") && !word(at, "returning")) {
            return null;
        }
        if (alias != null && !alias.equals(tokens.get(at - 1).lower())) {
            return null;
        }
        if (name.of().isEmpty()) {
            return onlyOthers(from, name.after(), end);
        }
        return name.of().size() > 1
                ? null
                : searched(
                        name.of().get(0),
                        text.slice(tokens.get(from).from(), tokens.get(at - 1).to()),
                        at,
                        end);
    }

    /** The rows of {@code source} that the condition is true for; {@code where} is where it begins, if there is one. */
    private @Nullable Effect searched(CapturedTable table, String source, int where, int end) {
        if (where >= end || !word(where, "where")) {
            return new Searched(table, " from " + source, 1, 0);
        }
        int to = where + 1;
        while (to < end && !word(to, "returning")) {
            Token token = tokens.get(to);
            if (token.kind() == Token.Kind.WORD && NOT_SIMPLE.contains(token.lower())) {
                return null;
            }
            to = opens(to) ? closing(to) + 1 : to + 1;
        }
        if (to > end || to == where + 1) {
            return null;
        }
        List<List<Operand>> keys = new Condition(tokens, where + 1, to, this::operand).keys(table);
        if (keys != null) {
            return new Named(table, keys, false);
        }
        List<Token> marks = tokens.subList(where, to).stream()
                .filter(token -> token.kind() == Token.Kind.MARK)
                .toList();
        return new Searched(
                table,
                " from " + source + " "
                        + text.slice(
                                tokens.get(where).from(), tokens.get(to - 1).to()),
                marks.isEmpty() ? 1 : marks.get(0).mark(),
                marks.size());
    }

    private boolean opens(int at) {
        return sign(at, "(");
    }

    /** Where the parenthesis that is opened here is closed; behind the last token where it never is. */
    private int closing(int from) {
        int depth = 0;
        for (int at = from; at < tokens.size(); at++) {
            if (sign(at, "(")) {
                depth++;
            } else if (sign(at, ")") && --depth == 0) {
                return at;
            }
        }
        return tokens.size();
    }
}
