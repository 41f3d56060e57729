package io.dualwrite.jdbc;

import java.math.BigDecimal;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.Locale;
import java.util.UUID;

/** The logical type of a column, and the class of its values in a {@link Row}. */
enum Kind {
    INTEGER(Integer.class),
    LONG(Long.class),
    DECIMAL(BigDecimal.class),
    FLOAT(Float.class),
    DOUBLE(Double.class),
    BOOLEAN(Boolean.class),
    /** A tiny number that is as a rule 0 or 1, and then a boolean; any other stays a number. */
    FLAG(Boolean.class),
    TEXT(String.class),
    /** Text of fixed length, whose trailing blanks are padding and not contents. */
    CHAR(String.class),
    BYTES(byte[].class),
    UUID(UUID.class),
    DATE(LocalDate.class),
    TIME(LocalTime.class),
    TIME_WITH_ZONE(OffsetTime.class),
    TIMESTAMP(LocalDateTime.class),
    TIMESTAMP_WITH_ZONE(OffsetDateTime.class),
    /** An instant without an offset of its own: what sessions in UTC see of it is what it is. */
    TIMESTAMP_IN_UTC(OffsetDateTime.class),
    JSON(String.class),
    /** Anything else that has a text form: enumerations, intervals, addresses. */
    OTHER(String.class),
    /** What cannot be carried: arrays, rows, references, PostgreSQL's large objects, of which the row has the number only. */
    UNSUPPORTED(Object.class);

    private final Class<?> valueClass;

    Kind(Class<?> valueClass) {
        this.valueClass = valueClass;
    }

    Class<?> valueClass() {
        return valueClass;
    }

    /** From what drivers say of a column: its code in {@link Types} and its engine's name for the type. */
    static Kind of(int jdbcType, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        Kind byName = switch (name) {
            case "uuid" -> UUID;
            case "json", "jsonb" -> JSON;
            case "bpchar" -> CHAR;
            case "text", "varchar", "citext", "name", "character varying", "varchar_ignorecase" -> TEXT;
            case "bool", "boolean" -> BOOLEAN;
            case "timestamptz" -> TIMESTAMP_WITH_ZONE;
            case "timetz" -> TIME_WITH_ZONE;
            case "bytea" -> BYTES;
            case "oid" -> UNSUPPORTED;
            // H2 calls a float(20) a DOUBLE, and PostgreSQL its money.
            case "real" -> FLOAT;
            case "money" -> OTHER;
            default -> null;
        };
        return byName != null ? byName : byCode(jdbcType);
    }

    private static Kind byCode(int jdbcType) {
        return switch (jdbcType) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER -> INTEGER;
            case Types.BIGINT -> LONG;
            case Types.DECIMAL, Types.NUMERIC -> DECIMAL;
            case Types.REAL -> FLOAT;
            case Types.FLOAT, Types.DOUBLE -> DOUBLE;
            case Types.BOOLEAN -> BOOLEAN;
            case Types.CHAR, Types.NCHAR -> CHAR;
            // PostgreSQL's enumerations call themselves VARCHAR too, and take no VARCHAR.
            case Types.VARCHAR -> OTHER;
            case Types.NVARCHAR, Types.LONGVARCHAR, Types.LONGNVARCHAR, Types.CLOB, Types.NCLOB -> TEXT;
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> BYTES;
            case Types.DATE -> DATE;
            case Types.TIME -> TIME;
            case Types.TIME_WITH_TIMEZONE -> TIME_WITH_ZONE;
            case Types.TIMESTAMP -> TIMESTAMP;
            case Types.TIMESTAMP_WITH_TIMEZONE -> TIMESTAMP_WITH_ZONE;
            case Types.ARRAY, Types.STRUCT, Types.REF, Types.ROWID, Types.DATALINK, Types.REF_CURSOR -> UNSUPPORTED;
            default -> OTHER;
        };
    }
}
