package io.dualwrite.jdbc;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A column as the database has it.
 *
 * @param name in lower case, as in a {@link Row}
 * @param spelled the identifier exactly as the database spells it
 * @param quoted the identifier in quotes
 * @param kind its logical type
 * @param typeName the engine's name of its type
 * @param size its length, for text
 * @param digits decimal digits after the point; of seconds, for times
 * @param nullable whether it may hold no value
 * @param generated whether the database computes its value and none can be written
 * @param identity whether the database numbers it
 * @param always whether it is one of those that the database numbers, and cannot be given another number
 * @param sequence the sequence that its default takes its value from, as the database spells it; null when there is none
 * @param hidden whether it is left out of {@code *}
 * @param collation the name of the rules by which its text is compared, where the database has a choice of them
 */
record Column(
        String name,
        String spelled,
        String quoted,
        Kind kind,
        String typeName,
        int size,
        int digits,
        boolean nullable,
        boolean generated,
        boolean identity,
        boolean always,
        @Nullable String sequence,
        boolean hidden,
        @Nullable String collation) {
    /** Whether its values are ordered as text. */
    boolean isText() {
        return kind == Kind.TEXT || kind == Kind.CHAR;
    }

    /** Whether its values are whole numbers of 64 bits or fewer. */
    boolean isWholeNumber() {
        return kind == Kind.INTEGER || kind == Kind.LONG;
    }

    /** Whether its values have digits of a second, or would where it keeps any. */
    boolean isTime() {
        return switch (kind) {
            case TIME, TIME_WITH_ZONE, TIMESTAMP, TIMESTAMP_WITH_ZONE, TIMESTAMP_IN_UTC -> true;
            default -> false;
        };
    }

    /** Whether its values are words of an enumeration, which H2, MariaDB and MySQL order by their places in it. */
    boolean isWords() {
        // H2's name of the type has the words in it.
        String type = typeName.toLowerCase(Locale.ROOT);
        return type.equals("enum") || type.startsWith("enum(") || type.equals("set");
    }

    /**
     * A value as this column takes it. Times are cut, never rounded, to the column's own precision: a rounded time would be
     * another time on this side. Text, 16 bytes and UUID go into each other, and so
     * do 0 and 1 and booleans, since one of the two engines may lack the type.
     */
    @Nullable Object accept(@Nullable Object value) {
        if (value instanceof Temporal time && time.isSupported(ChronoField.NANO_OF_SECOND)) {
            Temporal cut = cut(time);
            return kind == Kind.TIMESTAMP_IN_UTC && cut instanceof OffsetDateTime instant
                    ? instant.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
                    : cut;
        }
        if (kind == Kind.UUID) {
            return value instanceof String text ? UUID.fromString(text) : UuidBytes.read(value);
        }
        if (value instanceof UUID id) {
            return isText() ? id.toString() : kind == Kind.BYTES ? UuidBytes.of(id) : id;
        }
        if (kind == Kind.BOOLEAN && value instanceof Number number) {
            return truth(number);
        }
        if (value instanceof Float single && (kind == Kind.FLOAT || kind == Kind.DOUBLE)) {
            // Exactly the same. As a text, a Float has fewer digits than make that number of a double.
            return single.doubleValue();
        }
        if (value instanceof Boolean truth && Number.class.isAssignableFrom(kind.valueClass())) {
            return truth ? 1 : 0;
        }
        return value;
    }

    private boolean truth(Number number) {
        if (number.doubleValue() != 0 && number.doubleValue() != 1) {
            throw new IllegalStateException("A number other than 0 and 1 does not fit into the boolean column " + name);
        }
        return number.doubleValue() == 1;
    }

    private Temporal cut(Temporal time) {
        // The far ends stand for infinity and have no digits to cut.
        if (digits >= 9 || time.equals(LocalDateTime.MAX) || time.equals(OffsetDateTime.MAX)) {
            return time;
        }
        long unit = (long) Math.pow(10, 9 - digits);
        long beyond = time.getLong(ChronoField.NANO_OF_SECOND) % unit;
        return beyond == 0 ? time : time.minus(beyond, ChronoUnit.NANOS);
    }
}
