package io.dualwrite.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a column can hold what another one holds. Told are ordinary values that would be changed (cut, rounded, padded) or
 * do not fit. Not told is what the copy rejects by itself and nobody has but rarely: NaN and infinity, the character U+0000,
 * years before 1 and after 9999, UUIDs that MariaDB takes for none, characters of which H2 counts one as two, and texts in columns for UUIDs, JSON or words of their own. Such
 * a record is quarantined, and never changed.
 */
final class TypeFit {
    /** From here on a length is no bound. */
    private static final int UNBOUNDED = 1_000_000_000;

    private static final int MOST_BYTES_OF_A_CHARACTER = 4;

    private TypeFit() {}

    /** What does not fit from one column into the other; null where everything does. */
    static @Nullable String loss(Column from, Column to) {
        if (from.nullable() && !to.nullable()) {
            return "no value (it is not null)";
        }
        if (isSame(from, to)) {
            return null;
        }
        Numbers numbers = Numbers.in(from);
        if (numbers != null) {
            return numbers.lossIn(to);
        }
        return switch (from.kind()) {
            case FLOAT, DOUBLE -> floating(from, to);
            case TEXT, CHAR, OTHER, JSON -> text(from, to);
            case UUID -> uuid(to);
            case BYTES -> bytes(from, to);
            case DATE, TIME, TIME_WITH_ZONE, TIMESTAMP -> from.kind() == to.kind() ? digits(from, to) : another(to);
            case TIMESTAMP_WITH_ZONE, TIMESTAMP_IN_UTC -> instant(from, to);
            default -> another(to);
        };
    }

    /** One type of one engine; words of an enumeration may differ, which is told by the copy. */
    private static boolean isSame(Column from, Column to) {
        return from.kind() == to.kind()
                && from.typeName().equalsIgnoreCase(to.typeName())
                && from.size() == to.size()
                && from.digits() == to.digits()
                && String.valueOf(from.collation()).equals(String.valueOf(to.collation()));
    }

    private static @Nullable String floating(Column from, Column to) {
        if (to.kind() == from.kind() || to.kind() == Kind.DOUBLE) {
            return null;
        }
        return to.kind() == Kind.FLOAT ? "more than 24 binary digits" : another(to);
    }

    private static @Nullable String text(Column from, Column to) {
        return switch (to.kind()) {
            case TEXT, CHAR -> {
                if (to.kind() == Kind.CHAR && from.kind() != Kind.CHAR) {
                    yield "blanks at the end (its length is fixed)";
                }
                if (!takesAllCharacters(to)) {
                    yield "characters beyond its own set";
                }
                int room = characters(to);
                boolean bounded = from.kind() != Kind.OTHER && !from.isWords();
                yield bounded && room < UNBOUNDED && length(from) > room
                        ? "texts of more than " + room + " characters"
                        : null;
            }
            case UUID, JSON, OTHER -> null;
            default -> another(to);
        };
    }

    private static boolean takesAllCharacters(Column column) {
        String collation = column.collation();
        return collation == null || collation.startsWith("utf8mb4") || collation.startsWith("uca1400");
    }

    private static int length(Column text) {
        return text.kind() == Kind.JSON || text.size() >= UNBOUNDED || text.size() <= 0 ? UNBOUNDED : text.size();
    }

    /** How many characters go in, whatever they are. */
    private static int characters(Column column) {
        boolean inBytes = column.typeName().toLowerCase(Locale.ROOT).matches("(tiny|medium|long)?text");
        return inBytes && column.size() < UNBOUNDED ? column.size() / MOST_BYTES_OF_A_CHARACTER : length(column);
    }

    private static @Nullable String uuid(Column to) {
        return switch (to.kind()) {
            case UUID -> null;
            case TEXT, CHAR -> characters(to) >= 36 ? null : "a UUID's 36 characters";
            case BYTES -> to.size() < 16 ? "a UUID's 16 bytes" : fixedLength(to, 16);
            default -> another(to);
        };
    }

    private static @Nullable String bytes(Column from, Column to) {
        if (to.kind() == Kind.UUID) {
            return null;
        }
        if (to.kind() != Kind.BYTES) {
            return another(to);
        }
        if (to.size() < UNBOUNDED && from.size() > to.size()) {
            return "more than " + to.size() + " bytes";
        }
        return fixedLength(to, isFixed(from) ? from.size() : -1);
    }

    private static @Nullable String fixedLength(Column to, int length) {
        return isFixed(to) && to.size() != length ? "other lengths than " + to.size() + " (it pads them)" : null;
    }

    private static boolean isFixed(Column bytes) {
        String name = bytes.typeName().toLowerCase(Locale.ROOT);
        return name.equals("binary") || name.equals("bit");
    }

    private static @Nullable String digits(Column from, Column to) {
        boolean timed = from.kind() != Kind.DATE;
        return timed && from.digits() > to.digits() ? "more than " + to.digits() + " digits of a second" : null;
    }

    private static @Nullable String instant(Column from, Column to) {
        return switch (to.kind()) {
            case TIMESTAMP_WITH_ZONE -> digits(from, to);
            case TIMESTAMP_IN_UTC ->
                from.kind() == Kind.TIMESTAMP_IN_UTC ? digits(from, to) : "times before 1970 and after 2038";
            default -> another(to);
        };
    }

    private static String another(Column to) {
        return "anything but a " + to.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * The exact numbers of a column.
     *
     * @param least the least, null where there is none
     * @param most the greatest
     * @param scale digits after the point, at most
     */
    private record Numbers(
            @Nullable BigDecimal least, @Nullable BigDecimal most, int scale) {
        private static final Numbers TRUTH = new Numbers(BigDecimal.ZERO, BigDecimal.ONE, 0);
        private static final Numbers ALL = new Numbers(null, null, Integer.MAX_VALUE);

        static @Nullable Numbers in(Column column) {
            return switch (column.kind()) {
                // Any other number in a column that is as a rule a boolean's is rejected by one, and not changed.
                case BOOLEAN, FLAG -> TRUTH;
                case INTEGER, LONG -> whole(column);
                case DECIMAL ->
                    column.typeName().toLowerCase(Locale.ROOT).contains("unsigned") ? whole(column) : decimal(column);
                default -> null;
            };
        }

        private static Numbers whole(Column column) {
            String name = column.typeName().toLowerCase(Locale.ROOT);
            boolean unsigned = name.contains("unsigned") || name.equals("oid");
            if (name.equals("year")) {
                return new Numbers(BigDecimal.valueOf(1901), BigDecimal.valueOf(2155), 0);
            }
            BigInteger values = BigInteger.ONE.shiftLeft(bits(name.replace(" unsigned", ""), column.kind()));
            BigInteger least = unsigned ? BigInteger.ZERO : values.shiftRight(1).negate();
            BigInteger most = (unsigned ? values : values.shiftRight(1)).subtract(BigInteger.ONE);
            return new Numbers(new BigDecimal(least), new BigDecimal(most), 0);
        }

        private static int bits(String name, Kind kind) {
            return switch (name) {
                case "tinyint", "boolean" -> 8;
                case "smallint", "int2", "smallserial" -> 16;
                case "mediumint" -> 24;
                case "oid" -> 32;
                default -> kind == Kind.INTEGER || name.equals("int") || name.equals("integer") ? 32 : 64;
            };
        }

        private static Numbers decimal(Column column) {
            boolean anyScale = column.size() <= 0 || column.typeName().equalsIgnoreCase("decfloat");
            if (anyScale) {
                return ALL;
            }
            BigDecimal most = BigDecimal.TEN
                    .pow(Math.max(0, column.size() - column.digits()))
                    .subtract(BigDecimal.ONE.movePointLeft(column.digits()));
            return new Numbers(most.negate(), most, column.digits());
        }

        @Nullable String lossIn(Column column) {
            Numbers room = column.kind() == Kind.FLAG ? new Numbers(bound(-128), bound(127), 0) : in(column);
            if (room == null) {
                return another(column);
            }
            if (room.least != null && (least == null || least.compareTo(room.least) < 0)) {
                return "numbers below " + room.least.toPlainString();
            }
            if (room.most != null && (most == null || most.compareTo(room.most) > 0)) {
                return column.size() > 100 ? "greater numbers" : "numbers above " + room.most.toPlainString();
            }
            return scale > room.scale ? "more than " + room.scale + " digits after the point" : null;
        }

        private static BigDecimal bound(long value) {
            return BigDecimal.valueOf(value);
        }
    }
}
