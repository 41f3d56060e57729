package io.dualwrite.testkit.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The words of an SQL text, read one after the other. */
final class SqlTokens {
    /** What a token is. */
    enum Kind {
        WORD,
        QUOTED,
        TEXT,
        NUMBER,
        SIGN,
        END
    }

    /** A token; words are in lower case. */
    record Token(Kind kind, String text) {}

    private static final List<String> LONG_SIGNS = List.of("::", "<=", ">=", "<>", "!=", "||");

    private final String sql;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    SqlTokens(String sql) {
        this.sql = sql;
        int from = 0;
        while (from < sql.length()) {
            from = read(from);
        }
        tokens.add(new Token(Kind.END, "end of text"));
    }

    private int read(int from) {
        char first = sql.charAt(from);
        if (Character.isWhitespace(first)) {
            return from + 1;
        }
        if (Character.isLetter(first) || first == '_') {
            int to = from;
            while (to < sql.length() && (Character.isLetterOrDigit(sql.charAt(to)) || sql.charAt(to) == '_')) {
                to++;
            }
            tokens.add(new Token(Kind.WORD, sql.substring(from, to).toLowerCase(Locale.ROOT)));
            return to;
        }
        if (Character.isDigit(first)) {
            int to = from;
            while (to < sql.length() && (Character.isDigit(sql.charAt(to)) || sql.charAt(to) == '.')) {
                to++;
            }
            tokens.add(new Token(Kind.NUMBER, sql.substring(from, to)));
            return to;
        }
        if (first == '\'' || first == '"' || first == '`') {
            int to = sql.indexOf(first, from + 1);
            if (to < 0) {
                throw Unsimulated.of("a quotation without end", sql);
            }
            tokens.add(new Token(first == '\'' ? Kind.TEXT : Kind.QUOTED, sql.substring(from + 1, to)));
            return to + 1;
        }
        for (String sign : LONG_SIGNS) {
            if (sql.startsWith(sign, from)) {
                tokens.add(new Token(Kind.SIGN, sign));
                return from + sign.length();
            }
        }
        tokens.add(new Token(Kind.SIGN, String.valueOf(first)));
        return from + 1;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        return tokens.get(at++);
    }

    boolean isNext(String text) {
        Token token = peek();
        return (token.kind() == Kind.WORD || token.kind() == Kind.SIGN)
                && token.text().equals(text);
    }

    /** Takes these words or signs if all of them come next. */
    boolean take(String... texts) {
        for (int ahead = 0; ahead < texts.length; ahead++) {
            Token token = peek(ahead);
            if ((token.kind() != Kind.WORD && token.kind() != Kind.SIGN)
                    || !token.text().equals(texts[ahead])) {
                return false;
            }
        }
        at += texts.length;
        return true;
    }

    void expect(String... texts) {
        if (!take(texts)) {
            throw unknown("anything but '" + String.join(" ", texts) + "' before '" + peek().text() + "'");
        }
    }

    /** An identifier, quoted or not. */
    String name() {
        Token token = next();
        if (token.kind() != Kind.WORD && token.kind() != Kind.QUOTED) {
            throw unknown("the name '" + token.text() + "'");
        }
        return token.text();
    }

    boolean isEnd() {
        return peek().kind() == Kind.END;
    }

    Unsimulated unknown(String what) {
        return Unsimulated.of(what, sql);
    }
}
