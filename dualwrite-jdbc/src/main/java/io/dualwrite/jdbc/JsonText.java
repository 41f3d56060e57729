package io.dualwrite.jdbc;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/**
 * JSON in one form: members in the order of their names, the last of those with one name, no blanks, numbers by value,
 * characters unescaped as far as possible. For comparing, not for storing.
 */
final class JsonText {
    private static final int DEEPEST = 500;

    private final String text;
    private int at;
    private int depth;

    private JsonText(String text) {
        this.text = text;
    }

    /** The text's one form; a text that is no JSON is returned as it is. */
    static String canonical(String text) {
        try {
            JsonText parser = new JsonText(text);
            StringBuilder out = new StringBuilder(text.length());
            parser.value(out);
            parser.blanks();
            return parser.at == text.length() ? out.toString() : text;
        } catch (IllegalArgumentException | IndexOutOfBoundsException noJson) {
            return text;
        }
    }

    private void value(StringBuilder out) {
        blanks();
        char first = text.charAt(at);
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("too deep");
        }
        switch (first) {
            case '{' -> object(out);
            case '[' -> array(out);
            case '"' -> quote(string(), out);
            case 't' -> literal("true", out);
            case 'f' -> literal("false", out);
            case 'n' -> literal("null", out);
            default -> number(out);
        }
        depth--;
    }

    private void object(StringBuilder out) {
        Map<String, String> members = new TreeMap<>();
        at++;
        blanks();
        while (text.charAt(at) != '}') {
            blanks();
            String name = string();
            blanks();
            expect(':');
            StringBuilder value = new StringBuilder();
            value(value);
            members.put(name, value.toString());
            blanks();
            if (text.charAt(at) == '}') {
                break;
            }
            expect(',');
        }
        at++;
        out.append('{');
        members.forEach((name, value) -> {
            out.append(out.charAt(out.length() - 1) == '{' ? "" : ",");
            quote(name, out);
            out.append(':').append(value);
        });
        out.append('}');
    }

    private void array(StringBuilder out) {
        at++;
        out.append('[');
        blanks();
        while (text.charAt(at) != ']') {
            value(out);
            blanks();
            if (text.charAt(at) == ']') {
                break;
            }
            expect(',');
            out.append(',');
        }
        at++;
        out.append(']');
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (text.charAt(at) != '"') {
            char each = text.charAt(at++);
            string.append(each == '\\' ? escaped() : each);
        }
        at++;
        return string.toString();
    }

    private char escaped() {
        char each = text.charAt(at++);
        return switch (each) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> each;
        };
    }

    private static void quote(String string, StringBuilder out) {
        out.append('"')
                .append(string.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
    }

    private void literal(String literal, StringBuilder out) {
        if (!text.startsWith(literal, at)) {
            throw new IllegalArgumentException("no " + literal);
        }
        at += literal.length();
        out.append(literal);
    }

    private void number(StringBuilder out) {
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        // Not written out: 1e999999999 has a value, but not so many digits.
        try {
            out.append(new BigDecimal(text.substring(from, at)).stripTrailingZeros());
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException("no number that can be computed with", tooLarge);
        }
    }

    private void expect(char wanted) {
        if (text.charAt(at++) != wanted) {
            throw new IllegalArgumentException("no " + wanted);
        }
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }
}
