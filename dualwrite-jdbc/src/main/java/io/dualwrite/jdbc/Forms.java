package io.dualwrite.jdbc;

import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Columns whose values have more than one form that means the same.
 *
 * @param padded names of columns whose trailing blanks mean nothing
 * @param json names of columns that hold JSON on a side, in which order and spacing mean nothing
 * @param uuids names of columns that hold UUIDs on a side, and may hold their text or their 16 bytes on the other
 * @param digits of names of columns whose times are cut, so many digits of a second as both sides keep; all others have nine
 */
record Forms(Set<String> padded, Set<String> json, Set<String> uuids, Map<String, Integer> digits) {
    /** Every value means itself. */
    static final Forms PLAIN = new Forms(Set.of(), Set.of(), Set.of(), Map.of());

    Forms {
        padded = Set.copyOf(padded);
        json = Set.copyOf(json);
        uuids = Set.copyOf(uuids);
        digits = Map.copyOf(digits);
    }

    /** The UUID that a value stands for; the value itself where it is none. */
    static Object uuid(Object value) {
        if (value instanceof UUID) {
            return value;
        }
        try {
            Object read = value instanceof String text ? UUID.fromString(text) : UuidBytes.read(value);
            return read == null ? value : read;
        } catch (IllegalArgumentException noUuid) {
            return value;
        }
    }

    /** The text without the blanks at its end. */
    static String withoutPadding(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }
}
