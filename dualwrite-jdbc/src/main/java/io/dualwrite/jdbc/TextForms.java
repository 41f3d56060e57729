package io.dualwrite.jdbc;

import java.util.Set;
import java.util.UUID;

/**
 * Columns whose text has more than one form that means the same.
 *
 * @param padded names of columns whose trailing blanks mean nothing
 * @param json names of columns that hold JSON on a side, in which order and spacing mean nothing
 * @param uuids names of columns that hold UUIDs on a side, and may hold their text or their 16 bytes on the other
 */
record TextForms(Set<String> padded, Set<String> json, Set<String> uuids) {
    /** Every text means itself. */
    static final TextForms PLAIN = new TextForms(Set.of(), Set.of(), Set.of());

    TextForms {
        padded = Set.copyOf(padded);
        json = Set.copyOf(json);
        uuids = Set.copyOf(uuids);
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
