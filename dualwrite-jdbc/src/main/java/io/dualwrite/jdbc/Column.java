package io.dualwrite.jdbc;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A column as the database has it.
 *
 * @param name in lower case, as in a {@link Row}
 * @param spelled the identifier exactly as the database spells it
 * @param kind its logical type
 * @param typeName the engine's name of its type
 * @param size its length, for text
 * @param digits decimal digits after the point; of seconds, for times
 * @param nullable whether it may hold no value
 * @param generated whether the database computes its value and none can be written
 * @param identity whether the database numbers it
 */
record Column(
        String name,
        String spelled,
        Kind kind,
        String typeName,
        int size,
        int digits,
        boolean nullable,
        boolean generated,
        boolean identity) {
    /** The identifier in quotes. */
    String quoted() {
        return SqlName.quote(spelled);
    }

    /** Whether its values are ordered as text. */
    boolean isText() {
        return kind == Kind.TEXT || kind == Kind.CHAR;
    }

    /**
     * A value as this column takes it. Times are cut, never rounded, to the column's own precision: a rounded time would be
     * another time on this side. Text and UUID go into each other, since one of the two engines may lack the type.
     */
    @Nullable Object accept(@Nullable Object value) {
        if (value instanceof Temporal time && time.isSupported(ChronoField.NANO_OF_SECOND)) {
            return cut(time);
        }
        if (kind == Kind.UUID && value instanceof String text) {
            return UUID.fromString(text);
        }
        if (isText() && value instanceof UUID id) {
            return id.toString();
        }
        return value;
    }

    private Temporal cut(Temporal time) {
        // The far ends stand for infinity and have no digits to cut.
        if (digits >= 9 || time.equals(LocalDateTime.MAX) || time.equals(OffsetDateTime.MAX)) {
            return time;
        }
        long unit = (long) Math.pow(10, 9 - digits);
        long nanos = time.getLong(ChronoField.NANO_OF_SECOND);
        return time.minus(nanos % unit, ChronoUnit.NANOS);
    }
}
