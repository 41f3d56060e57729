package io.dualwrite.jdbc;

import java.nio.charset.StandardCharsets;

/**
 * What there is to know of a column to encode its values. Immutable.
 *
 * @param name in lower case
 * @param head the length of its name and the name, as UTF-8; not to be changed
 * @param isUuid whether it holds UUIDs on a side
 * @param isJson whether it holds JSON on a side
 * @param isPadded whether trailing blanks mean nothing in it
 * @param unit the nanoseconds in the smallest difference of times that means anything in it
 */
record CanonicalColumn(String name, byte[] head, boolean isUuid, boolean isJson, boolean isPadded, int unit) {
    private static final int NANO_DIGITS = 9;

    static CanonicalColumn of(String name, Forms forms) {
        CanonicalBytes head = new CanonicalBytes();
        byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
        head.putInt(encoded.length);
        head.put(encoded);
        return new CanonicalColumn(
                name,
                head.copy(),
                forms.uuids().contains(name),
                forms.json().contains(name),
                forms.padded().contains(name),
                (int) Math.pow(10, NANO_DIGITS - forms.digits().getOrDefault(name, NANO_DIGITS)));
    }

    /** The one form of nanoseconds. */
    long canonical(long nanos) {
        return nanos - nanos % unit;
    }

    /** The one form of its text. */
    String canonical(String text) {
        if (isJson) {
            return JsonText.canonical(text);
        }
        return isPadded ? Forms.withoutPadding(text) : text;
    }
}
