package io.dualwrite.jdbc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** Room for the canonical bytes of one row after the other; grows as needed. Belongs to one thread. */
final class CanonicalBytes {
    private static final int ROOM = 512;
    /** What is kept of the room that a long row has needed. */
    private static final int MOST_KEPT = 1 << 16;

    private byte[] bytes = new byte[ROOM];
    private int size;

    int size() {
        return size;
    }

    /** Makes room for the next row. */
    void clear() {
        size = 0;
        if (bytes.length > MOST_KEPT) {
            bytes = new byte[ROOM];
        }
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    /** A character for each byte. */
    String text() {
        return new String(bytes, 0, size, StandardCharsets.ISO_8859_1);
    }

    byte[] digest(MessageDigest algorithm) {
        algorithm.update(bytes, 0, size);
        return algorithm.digest();
    }

    void putByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    void putInt(int value) {
        ensure(Integer.BYTES);
        bytes[size] = (byte) (value >>> 24);
        bytes[size + 1] = (byte) (value >>> 16);
        bytes[size + 2] = (byte) (value >>> 8);
        bytes[size + 3] = (byte) value;
        size += Integer.BYTES;
    }

    void put(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    /** A tag, a length and UTF-8. */
    void putText(char tag, String text) {
        putByte(tag);
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        putInt(encoded.length);
        put(encoded);
    }

    /** A tag, a length, how many digits are behind the point, and all digits as one number. */
    void putDigits(char tag, long digits, int scale) {
        putByte(tag);
        putInt(1 + Long.BYTES);
        putByte(scale);
        putLong(digits);
    }

    /** A tag, a length and numbers of eight bytes each. */
    void putLongs(char tag, long first) {
        putByte(tag);
        putInt(Long.BYTES);
        putLong(first);
    }

    /** As {@link #putLongs(char, long)}. */
    void putLongs(char tag, long first, long second) {
        putByte(tag);
        putInt(2 * Long.BYTES);
        putLong(first);
        putLong(second);
    }

    private void putLong(long value) {
        putInt((int) (value >>> 32));
        putInt((int) value);
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
        }
    }
}
