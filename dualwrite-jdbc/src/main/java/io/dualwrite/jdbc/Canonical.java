package io.dualwrite.jdbc;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
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
import java.time.temporal.ChronoUnit;
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
 * Times are cut to microseconds, which every engine has. Text is UTF-8 as it is, except in
 * the columns that {@link TextForms} tells of.
 */
final class Canonical {
    private static final int NULL = -1;

    private Canonical() {}

    /** The first 128 bits of the SHA-256 over {@link #bytes}, as 32 hex digits. */
    static String digest(Row row, TextForms forms) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes(row, forms));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /**
     * The row's bytes.
     *
     * @throws IllegalArgumentException naming a column and the class of its value when that has no canonical form
     */
    static byte[] bytes(Row row, TextForms forms) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            Set<String> columns = new TreeSet<>(row.columns());
            out.writeInt(columns.size());
            for (String column : columns) {
                byte[] name = column.getBytes(StandardCharsets.UTF_8);
                out.writeInt(name.length);
                out.write(name);
                write(out, column, row.get(column), forms);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Memory can always be written to", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, String column, @Nullable Object value, TextForms forms)
            throws IOException {
        if (value == null) {
            out.writeByte('0');
            out.writeInt(NULL);
            return;
        }
        Form form = form(column, forms.canonical(column, value), forms);
        if (form == null) {
            throw new IllegalArgumentException("Column '" + column + "' holds a "
                    + value.getClass().getName() + ", which cannot be compared; leave it out in the mapping");
        }
        out.writeByte(form.tag());
        out.writeInt(form.value().length);
        out.write(form.value());
    }

    private record Form(char tag, byte[] value) {
        static Form text(char tag, String text) {
            return new Form(tag, text.getBytes(StandardCharsets.UTF_8));
        }

        static Form numbers(char tag, long... numbers) {
            byte[] bytes = new byte[numbers.length * Long.BYTES];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) (numbers[at / 8] >>> (56 - 8 * (at % 8)));
            }
            return new Form(tag, bytes);
        }
    }

    private static @Nullable Form form(String column, Object value, TextForms forms) {
        if (value instanceof Number number) {
            return number(number);
        } else if (value instanceof Boolean truth) {
            return decimal(truth ? BigDecimal.ONE : BigDecimal.ZERO);
        } else if (value instanceof CharSequence || value instanceof Character || value instanceof Enum<?>) {
            String text = value instanceof Enum<?> constant ? constant.name() : value.toString();
            return Form.text('S', forms.canonical(column, text));
        } else if (value instanceof byte[] bytes) {
            return new Form('X', bytes);
        } else if (value instanceof UUID id) {
            return Form.numbers('U', id.getMostSignificantBits(), id.getLeastSignificantBits());
        }
        return time(value);
    }

    private static Form number(Number number) {
        if (number instanceof Double || number instanceof Float) {
            // Adding 0.0 makes -0.0 the one zero; doubleToLongBits knows only one NaN.
            return Form.numbers('F', Double.doubleToLongBits(number.doubleValue() + 0.0));
        }
        return decimal(number instanceof BigInteger big ? new BigDecimal(big) : new BigDecimal(number.toString()));
    }

    private static Form decimal(BigDecimal number) {
        return Form.text('N', number.stripTrailingZeros().toPlainString());
    }

    private static @Nullable Form time(Object value) {
        if (value instanceof LocalDateTime local) {
            return instant('T', local.toInstant(ZoneOffset.UTC));
        } else if (value instanceof Timestamp stamp) {
            return time(stamp.toLocalDateTime());
        } else if (value instanceof OffsetDateTime offset) {
            return instant('I', offset.toInstant());
        } else if (value instanceof ZonedDateTime zoned) {
            return instant('I', zoned.toInstant());
        } else if (value instanceof Instant instant) {
            return instant('I', instant);
        } else if (value instanceof LocalDate date) {
            return Form.numbers('D', date.toEpochDay());
        } else if (value instanceof Date date) {
            return time(date.toLocalDate());
        } else if (value instanceof LocalTime time) {
            return Form.numbers('H', time.toNanoOfDay() / 1000);
        } else if (value instanceof Time time) {
            return time(time.toLocalTime());
        } else if (value instanceof OffsetTime time) {
            return Form.numbers(
                    'O',
                    time.toLocalTime().toNanoOfDay() / 1000,
                    time.getOffset().getTotalSeconds());
        }
        return null;
    }

    private static Form instant(char tag, Instant instant) {
        Instant cut = instant.truncatedTo(ChronoUnit.MICROS);
        return Form.numbers(tag, cut.getEpochSecond(), cut.getNano() / 1000);
    }
}
