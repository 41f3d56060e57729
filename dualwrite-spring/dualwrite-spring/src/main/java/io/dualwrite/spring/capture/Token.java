package io.dualwrite.spring.capture;

import java.util.Locale;

/**
 * One piece of an SQL text.
 *
 * @param kind what it is
 * @param text as it is meant: a name without its quotation marks, a literal without its own
 * @param from where it begins in the SQL text
 * @param to where it ends, exclusive
 * @param mark for a parameter, its number from 1; otherwise 0
 */
record Token(Kind kind, String text, int from, int to, int mark) {
    enum Kind {
        /** A keyword or a name that is not quoted. */
        WORD,
        /** A quoted name. */
        NAME,
        /** A literal between apostrophes or dollars. */
        TEXT,
        /** A literal between apostrophes that ends there on every engine and does not mean the same on each. */
        UNCLEAR,
        NUMBER,
        /** A parameter, {@code ?}. */
        MARK,
        /** A parenthesis, a comma, an operator. */
        SIGN
    }

    boolean is(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    boolean isSign(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    boolean isIdentifier() {
        return kind == Kind.WORD || kind == Kind.NAME;
    }

    String lower() {
        return text.toLowerCase(Locale.ROOT);
    }
}
