package io.dualwrite.control.sink;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Writes JSON of maps, lists, texts, numbers and truth values, in the order given. It only writes, and only what sinks need: a
 * library for that would be handed on to every user.
 */
final class Json {
    private Json() {}

    static String of(Object value) {
        StringBuilder json = new StringBuilder();
        write(json, value);
        return json.toString();
    }

    private static void write(StringBuilder json, Object value) {
        if (value instanceof Map<?, ?> map) {
            json.append('{');
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<?, ?> entry = entries.next();
                text(json, String.valueOf(entry.getKey()));
                json.append(':');
                write(json, entry.getValue());
                json.append(entries.hasNext() ? "," : "");
            }
            json.append('}');
        } else if (value instanceof List<?> list) {
            json.append('[');
            for (int at = 0; at < list.size(); at++) {
                json.append(at == 0 ? "" : ",");
                write(json, list.get(at));
            }
            json.append(']');
        } else if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            json.append(value);
        } else {
            text(json, value.toString());
        }
    }

    private static void text(StringBuilder json, String text) {
        json.append('"');
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            switch (each) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    // Half of a pair, where a text was cut, is no character of its own in UTF-8.
                    if (each < 0x20 || isHalf(text, at)) {
                        json.append(String.format("\\u%04x", (int) each));
                    } else {
                        json.append(each);
                    }
                }
            }
        }
        json.append('"');
    }

    private static boolean isHalf(String text, int at) {
        char each = text.charAt(at);
        boolean first = Character.isHighSurrogate(each)
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
        boolean second = Character.isLowSurrogate(each) && at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
        return Character.isSurrogate(each) && !first && !second;
    }
}
