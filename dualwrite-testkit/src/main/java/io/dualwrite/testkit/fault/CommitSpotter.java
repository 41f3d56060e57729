package io.dualwrite.testkit.fault;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads along with what a database client sends, and tells when it sends a COMMIT: as a query of PostgreSQL or MariaDB, or
 * as a statement that a PostgreSQL client has prepared. Belongs to one connection and one thread.
 */
final class CommitSpotter {
    private final Set<String> prepared = new HashSet<>();
    private byte[] rest = new byte[0];
    private boolean postgres;
    private boolean begun;
    private boolean started;

    /** Whether a COMMIT ends, or is, among these bytes. */
    boolean isCommit(byte[] buffer, int length) {
        byte[] bytes = Arrays.copyOf(rest, rest.length + length);
        System.arraycopy(buffer, 0, bytes, rest.length, length);
        if (!begun && bytes.length >= 2) {
            // PostgreSQL's first message begins with a length of four bytes, big end first; MariaDB's with three,
            // little
            // end first, and no client introduces itself in fewer than 256 bytes of which the lowest is zero twice.
            postgres = bytes[0] == 0 && bytes[1] == 0;
            begun = true;
        }
        boolean found = false;
        int at = 0;
        while (true) {
            int size = size(bytes, at);
            if (size < 0 || bytes.length - at < size) {
                break;
            }
            found |= postgres ? isPostgresCommit(bytes, at) : isMariaCommit(bytes, at, size);
            at += size;
        }
        rest = Arrays.copyOfRange(bytes, at, bytes.length);
        return found;
    }

    /** The size of the message that begins here, -1 when too little of it is there to tell. */
    private int size(byte[] bytes, int at) {
        int left = bytes.length - at;
        if (!postgres) {
            return left < 4
                    ? -1
                    : 4 + (bytes[at] & 0xff) + ((bytes[at + 1] & 0xff) << 8) + ((bytes[at + 2] & 0xff) << 16);
        }
        int length = started ? at + 1 : at;
        return left < (started ? 5 : 8) ? -1 : number(bytes, length) + (started ? 1 : 0);
    }

    private boolean isPostgresCommit(byte[] bytes, int at) {
        if (!started) {
            // Before its introduction a client may ask for encryption; those requests have the version 1234.
            started = number(bytes, at + 4) >>> 16 != 1234;
            return false;
        }
        int text = at + 5;
        switch (bytes[at]) {
            case 'Q' -> {
                return isCommit(string(bytes, text));
            }
            case 'P' -> {
                String name = string(bytes, text);
                prepared.remove(name);
                if (isCommit(string(bytes, text + name.length() + 1))) {
                    prepared.add(name);
                }
                return false;
            }
            case 'B' -> {
                return prepared.contains(
                        string(bytes, text + string(bytes, text).length() + 1));
            }
            default -> {
                return false;
            }
        }
    }

    private static boolean isMariaCommit(byte[] bytes, int at, int size) {
        return size > 5
                && bytes[at + 4] == 3
                && isCommit(new String(bytes, at + 5, size - 5, StandardCharsets.ISO_8859_1));
    }

    private static boolean isCommit(String text) {
        return text.strip().equalsIgnoreCase("commit");
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }

    /** The text that ends with a zero; one character is one byte. */
    private static String string(byte[] bytes, int at) {
        int end = at;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
    }
}
