package io.dualwrite.spring.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An SQL text taken apart. Where engines would read the same text differently (a literal that ends somewhere else where a
 * backslash escapes, a comment that is executed) it is {@link #isAmbiguous ambiguous}, and nothing is to be concluded from its
 * pieces. Immutable.
 */
final class SqlText {
    private static final String OPERATORS = "=<>!|&:^~+-*/%@#";

    private final String sql;
    private final List<Token> tokens = new ArrayList<>();
    private boolean ambiguous;
    private int marks;
    private int at;

    private SqlText(String sql) {
        this.sql = sql;
    }

    static SqlText of(String sql) {
        SqlText text = new SqlText(sql);
        while (text.at < sql.length()) {
            text.next();
        }
        return text;
    }

    List<Token> tokens() {
        return tokens;
    }

    boolean isAmbiguous() {
        return ambiguous;
    }

    /** The text itself, between two positions. */
    String slice(int from, int to) {
        return sql.substring(from, to);
    }

    int length() {
        return sql.length();
    }

    /** Whether this word is anywhere in the text, be it in a literal or a comment. */
    boolean contains(String lowerCaseWord) {
        return sql.toLowerCase(Locale.ROOT).contains(lowerCaseWord);
    }

    private void next() {
        char c = sql.charAt(at);
        if (Character.isWhitespace(c)) {
            at++;
        } else if (sql.startsWith("--", at)) {
            int end = sql.indexOf('\n', at);
            at = end < 0 ? sql.length() : end + 1;
        } else if (sql.startsWith("/*", at)) {
            comment();
        } else if (c == '\'') {
            literal();
        } else if (c == '"' || c == '`') {
            quoted(Token.Kind.NAME, c);
        } else if (c == '$' && dollars() != null) {
            dollarQuoted(dollars());
        } else if (c == '?') {
            boolean escaped = sql.startsWith("??", at);
            add(escaped ? Token.Kind.SIGN : Token.Kind.MARK, at, at + (escaped ? 2 : 1));
        } else if (Character.isDigit(c)) {
            number();
        } else if (Character.isLetter(c) || c == '_' || c == '$') {
            int end = at;
            while (end < sql.length() && isOfAName(sql.charAt(end))) {
                end++;
            }
            add(Token.Kind.WORD, at, end);
        } else if (OPERATORS.indexOf(c) >= 0) {
            operator();
        } else {
            add(Token.Kind.SIGN, at, at + 1);
        }
    }

    private static boolean isOfAName(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private void add(Token.Kind kind, int from, int to) {
        add(kind, sql.substring(from, to), from, to);
    }

    private void add(Token.Kind kind, String text, int from, int to) {
        tokens.add(new Token(kind, text, from, to, kind == Token.Kind.MARK ? ++marks : 0));
        at = to;
    }

    private void comment() {
        int end = sql.indexOf("*/", at + 2);
        boolean executed = sql.startsWith("/*!", at) || sql.startsWith("/*M!", at);
        int nested = sql.indexOf("/*", at + 2);
        if (end < 0 || executed || (nested >= 0 && nested < end)) {
            ambiguous = true;
        }
        at = end < 0 ? sql.length() : end + 2;
    }

    private void literal() {
        int end = endOfLiteral(false);
        if (end < 0 || sql.substring(at, end).indexOf('\\') < 0) {
            quoted(Token.Kind.TEXT, '\'');
        } else if (end == endOfLiteral(true)) {
            add(Token.Kind.UNCLEAR, at, end);
        } else {
            ambiguous = true;
            at = end;
        }
    }

    /** Where the literal ends that begins here; -1 where it does not. */
    private int endOfLiteral(boolean backslashesEscape) {
        for (int end = at + 1; end < sql.length(); end++) {
            char c = sql.charAt(end);
            boolean escapes = backslashesEscape && c == '\\';
            if (escapes || (c == '\'' && sql.startsWith("''", end))) {
                end++;
            } else if (c == '\'') {
                return end + 1;
            }
        }
        return -1;
    }

    private void quoted(Token.Kind kind, char mark) {
        StringBuilder text = new StringBuilder();
        int end = at + 1;
        while (end < sql.length()) {
            char c = sql.charAt(end);
            if (c == '\\') {
                ambiguous = true;
            }
            if (c == mark) {
                if (end + 1 < sql.length() && sql.charAt(end + 1) == mark) {
                    end++;
                } else {
                    add(kind, text.toString(), at, end + 1);
                    return;
                }
            }
            text.append(c);
            end++;
        }
        ambiguous = true;
        at = sql.length();
    }

    private @Nullable String dollars() {
        int end = at + 1;
        while (end < sql.length() && (Character.isLetterOrDigit(sql.charAt(end)) || sql.charAt(end) == '_')) {
            end++;
        }
        boolean closed = end < sql.length() && sql.charAt(end) == '$';
        boolean parameter = end > at + 1 && Character.isDigit(sql.charAt(at + 1));
        return closed && !parameter ? sql.substring(at, end + 1) : null;
    }

    private void dollarQuoted(@Nullable String tag) {
        if (tag == null) {
            return;
        }
        int end = sql.indexOf(tag, at + tag.length());
        if (end < 0) {
            ambiguous = true;
            at = sql.length();
            return;
        }
        add(Token.Kind.TEXT, sql.substring(at + tag.length(), end), at, end + tag.length());
    }

    private void number() {
        int end = at;
        while (end < sql.length() && (isOfAName(sql.charAt(end)) || sql.charAt(end) == '.')) {
            end++;
        }
        add(Token.Kind.NUMBER, at, end);
    }

    private void operator() {
        int end = at;
        while (end < sql.length()
                && OPERATORS.indexOf(sql.charAt(end)) >= 0
                && !sql.startsWith("--", end)
                && !sql.startsWith("/*", end)) {
            end++;
        }
        add(Token.Kind.SIGN, at, end);
    }
}
