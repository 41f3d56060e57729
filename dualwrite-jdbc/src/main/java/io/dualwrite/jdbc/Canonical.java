package io.dualwrite.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows as bytes that are equal exactly when the rows mean the same: the number of columns, then of each column, in the order
 * of names, its name, a tag for the type, the length of its value or -1 for null, and the value. Lengths come first, so no
 * two rows run into each other.
 *
 * <p>Integers, booleans and decimals are one thing, compared by value; so are float and double, with one zero and one NaN.
 * Times are in nanoseconds, and text is UTF-8, both as they are except in the columns that {@link Forms} tells of.
 */
final class Canonical {
    private static final int NULL = -1;

    private Canonical() {}

    /** Numbers of more digits there are written as text. */
    private static final int MOST_BEHIND_THE_POINT = 18;

    /** Rows of so many bytes at most are compared by those bytes themselves, longer ones by their digest. */
    static final int LONGEST_UNDIGESTED = 512;

    /**
     * The row's bytes as a text that is the same exactly when they are: themselves, a character for each, or, where they are
     * many, the first 128 bits of their SHA-256 as 32 hex digits.
     */
    static String print(Row row, Forms forms) {
        CanonicalBytes bytes = new CanonicalBytes();
        write(bytes, row, forms);
        return print(bytes);
    }

    /** As {@link #print(Row, Forms)}. */
    static String print(CanonicalBytes bytes) {
        return bytes.size() <= LONGEST_UNDIGESTED ? bytes.text() : digest(bytes);
    }

    private static String digest(CanonicalBytes bytes) {
        try {
            return HexFormat.of().formatHex(bytes.digest(MessageDigest.getInstance("SHA-256")), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /**
     * The row's bytes.
     *
     * @throws IllegalArgumentException naming a column and the class of its value when that has no canonical form
     */
    static byte[] bytes(Row row, Forms forms) {
        CanonicalBytes bytes = new CanonicalBytes();
        write(bytes, row, forms);
        return bytes.copy();
    }

    private static void write(CanonicalBytes out, Row row, Forms forms) {
        Set<String> columns = new TreeSet<>(row.columns());
        out.putInt(columns.size());
        for (String column : columns) {
            write(out, CanonicalColumn.of(column, forms), row.get(column));
        }
    }

    /** Adds a column: its name, a tag, a length, and the value. Columns come in the order of their names. */
    static void write(CanonicalBytes out, CanonicalColumn column, @Nullable Object value) {
        out.put(column.head());
        if (value == null) {
            out.putByte('0');
            out.putInt(NULL);
            return;
        }
        Object read = column.isUuid() ? Forms.uuid(value) : value;
        if (!isWritten(out, column, read) && !isTimeWritten(out, column, read)) {
            throw new IllegalArgumentException("Column '" + column.name() + "' holds a "
                    + value.getClass().getName() + ", which cannot be compared; leave it out in the mapping");
        }
    }

    private static boolean isWritten(CanonicalBytes out, CanonicalColumn column, Object value) {
        if (value instanceof Number number) {
            number(out, number);
        } else if (value instanceof Boolean truth) {
            out.putDigits('N', truth ? 1 : 0, 0);
        } else if (value instanceof CharSequence || value instanceof Character || value instanceof Enum<?>) {
            out.putText('S', column.canonical(value instanceof Enum<?> constant ? constant.name() : value.toString()));
        } else if (value instanceof byte[] bytes) {
            out.putByte('X');
            out.putInt(bytes.length);
            out.put(bytes);
        } else if (value instanceof UUID id) {
            out.putLongs('U', id.getMostSignificantBits(), id.getLeastSignificantBits());
        } else {
            return false;
        }
        return true;
    }

    private static void number(CanonicalBytes out, Number number) {
        if (number instanceof Integer || number instanceof Long) {
            out.putDigits('N', number.longValue(), 0);
        } else if (number instanceof Double || number instanceof Float) {
            // Adding 0.0 makes -0.0 the one zero; doubleToLongBits knows only one NaN.
            out.putLongs('F', Double.doubleToLongBits(number.doubleValue() + 0.0));
        } else if (number instanceof BigDecimal decimal) {
            decimal(out, decimal);
        } else {
            decimal(out, number instanceof BigInteger big ? new BigDecimal(big) : new BigDecimal(number.toString()));
        }
    }

    /** Without zeros at the end behind the point. Whatever fits is written as digits, so that a number has one form only. */
    private static void decimal(CanonicalBytes out, BigDecimal number) {
        BigInteger digits = number.unscaledValue();
        int scale = number.scale();
        if (scale >= 0 && scale <= MOST_BEHIND_THE_POINT && digits.bitLength() < Long.SIZE) {
            long left = digits.longValue();
            while (scale > 0 && left % 10 == 0) {
                left /= 10;
                scale--;
            }
            out.putDigits('N', left, scale);
            return;
        }
        BigDecimal shortest = number.stripTrailingZeros();
        if (shortest.scale() < 0) {
            shortest = shortest.setScale(0);
        }
        digits = shortest.unscaledValue();
        if (shortest.scale() <= MOST_BEHIND_THE_POINT && digits.bitLength() < Long.SIZE) {
            out.putDigits('N', digits.longValue(), shortest.scale());
        } else {
            out.putText('L', shortest.toPlainString());
        }
    }

    private static boolean isTimeWritten(CanonicalBytes out, CanonicalColumn column, Object value) {
        if (value instanceof LocalDateTime local) {
            out.putLongs('T', local.toEpochSecond(ZoneOffset.UTC), column.canonical(local.getNano()));
        } else if (value instanceof Timestamp stamp) {
            return isTimeWritten(out, column, stamp.toLocalDateTime());
        } else if (value instanceof OffsetDateTime offset) {
            out.putLongs('I', offset.toEpochSecond(), column.canonical(offset.getNano()));
        } else if (value instanceof ZonedDateTime zoned) {
            out.putLongs('I', zoned.toEpochSecond(), column.canonical(zoned.getNano()));
        } else if (value instanceof Instant instant) {
            out.putLongs('I', instant.getEpochSecond(), column.canonical(instant.getNano()));
        } else if (value instanceof LocalDate date) {
            out.putLongs('D', date.toEpochDay());
        } else if (value instanceof Date date) {
            return isTimeWritten(out, column, date.toLocalDate());
        } else if (value instanceof LocalTime time) {
            out.putLongs('H', column.canonical(time.toNanoOfDay()));
        } else if (value instanceof Time time) {
            return isTimeWritten(out, column, time.toLocalTime());
        } else if (value instanceof OffsetTime time) {
            out.putLongs(
                    'O',
                    column.canonical(time.toLocalTime().toNanoOfDay()),
                    time.getOffset().getTotalSeconds());
        } else {
            return false;
        }
        return true;
    }
}
