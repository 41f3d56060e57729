package io.dualwrite.spring.capture;

import java.sql.Date;
import java.util.List;

/** Values of keys' columns as drivers give them. */
final class KeyValues {
    private KeyValues() {}

    static List<Object> plain(List<Object> values) {
        return values.stream().map(KeyValues::plain).toList();
    }

    static Object plain(Object value) {
        return value instanceof Date date ? date.toLocalDate() : value;
    }
}
