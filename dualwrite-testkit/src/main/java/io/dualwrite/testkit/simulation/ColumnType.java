package io.dualwrite.testkit.simulation;

import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The types of columns that the simulated store has. Whole numbers are kept as Long, times as Instant of microseconds. */
enum ColumnType {
    SMALLINT(Types.SMALLINT, "int2"),
    INTEGER(Types.INTEGER, "int4"),
    BIGINT(Types.BIGINT, "int8"),
    DOUBLE(Types.DOUBLE, "float8"),
    BOOLEAN(Types.BIT, "bool"),
    TEXT(Types.VARCHAR, "varchar"),
    TIMESTAMP(Types.TIMESTAMP, "timestamptz");

    private final int code;
    private final String typeName;

    ColumnType(int code, String typeName) {
        this.code = code;
        this.typeName = typeName;
    }

    int code() {
        return code;
    }

    /** How many characters or digits there may be. */
    int size() {
        return this == TEXT ? 400 : 19;
    }

    String typeName() {
        return typeName;
    }

    /** The value as this type keeps it. */
    @Nullable Object accept(@Nullable Object value) throws SQLException {
        if (value == null) {
            return null;
        }
        return switch (this) {
            case SMALLINT, INTEGER, BIGINT -> {
                if (value instanceof Long) {
                    yield value;
                }
                if (value instanceof Double fraction) {
                    yield (long) Math.rint(fraction);
                }
                if (value instanceof Number number) {
                    yield number.longValue();
                }
                throw mismatch(value);
            }
            case DOUBLE -> {
                if (value instanceof Number number) {
                    yield number.doubleValue();
                }
                throw mismatch(value);
            }
            case BOOLEAN -> {
                if (value instanceof Boolean) {
                    yield value;
                }
                if (value instanceof Long number) {
                    yield number != 0;
                }
                throw mismatch(value);
            }
            case TEXT -> {
                if (value instanceof String) {
                    yield value;
                }
                throw mismatch(value);
            }
            case TIMESTAMP -> {
                if (value instanceof Instant time) {
                    yield time.truncatedTo(ChronoUnit.MICROS);
                }
                if (value instanceof OffsetDateTime time) {
                    yield time.toInstant().truncatedTo(ChronoUnit.MICROS);
                }
                if (value instanceof LocalDateTime time) {
                    yield time.toInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
                }
                throw mismatch(value);
            }
        };
    }

    private SQLException mismatch(Object value) {
        return Refusal.of("42804", "a " + value.getClass().getSimpleName() + " is no " + this);
    }
}
