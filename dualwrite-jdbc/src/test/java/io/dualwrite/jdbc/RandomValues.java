package io.dualwrite.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Random values of any type, as literals of one engine; the same seed makes the same ones. Left out is what {@link TypeFit}
 * does not tell: NaN and infinity, the character U+0000, years before 1 and after 9999, and UUIDs that no standard has.
 */
final class RandomValues {
    private static final Pattern DECLARED = Pattern.compile("([a-z]+)(?:\\((\\d+)(?:,(\\d+))?\\))?(.*)");
    private static final int LONGEST = 60;
    private static final int MOST_NUMERIC_DIGITS = 40;
    private static final int MOST_OFFSET_MINUTES = 14 * 60;
    private static final int NANO_DIGITS = 9;
    private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 2);
    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 30);

    private final Engine engine;
    private final Random random;

    RandomValues(Engine engine, long seed) {
        this.engine = engine;
        this.random = new Random(seed);
    }

    List<String> of(SqlType type, int count) {
        Matcher declared = DECLARED.matcher(type.sql());
        if (!declared.matches()) {
            throw new IllegalArgumentException(type.sql());
        }
        Declared parts =
                new Declared(declared.group(1), number(declared.group(2)), number(declared.group(3)), type.sql());
        return Stream.generate(() -> literal(type.family(), parts)).limit(count).toList();
    }

    private static int number(String digits) {
        return digits == null ? -1 : Integer.parseInt(digits);
    }

    /** What a type is called, and the numbers behind that; -1 for none. */
    private record Declared(String name, int size, int scale, String sql) {}

    private String literal(SqlType.Family family, Declared type) {
        return switch (family) {
            case EXACT -> exact(type);
            case FLOATING -> floating(type);
            case TEXT -> literal(text(type));
            case BYTES -> bytes(type);
            case UUID -> "'" + uuid() + "'";
            case DATE -> "date '" + day() + "'";
            case TIME -> "'" + time(type.size()) + "'";
            case TIME_WITH_ZONE -> "time with time zone '" + time(type.size()) + offset() + "'";
            case TIMESTAMP -> "timestamp '" + at(LocalDateTime.of(day(), nanoOfDay(type.size())), type.size()) + "'";
            case INSTANT -> instant(type.size());
            case JSON -> json(type);
        };
    }

    private String exact(Declared type) {
        return switch (type.name()) {
            case "boolean" -> String.valueOf(random.nextBoolean());
            case "bit" -> bits(type.size());
            case "year" -> String.valueOf(random.nextInt(1901, 2156));
            case "decimal" -> decimal(type.size(), type.scale());
            case "numeric" -> decimal(random.nextInt(1, MOST_NUMERIC_DIGITS), random.nextInt(MOST_NUMERIC_DIGITS / 2));
            default -> type.sql().equals("tinyint(1)") ? String.valueOf(random.nextInt(2)) : whole(type);
        };
    }

    /** Numbers of all lengths, instead of nearly all of them long. */
    private String whole(Declared type) {
        int bits = switch (type.name()) {
            case "tinyint" -> 8;
            case "smallint" -> 16;
            case "mediumint" -> 24;
            case "int", "integer" -> 32;
            default -> 64;
        };
        boolean unsigned = type.sql().endsWith("unsigned");
        BigInteger value = new BigInteger(random.nextInt(unsigned ? bits + 1 : bits), random);
        // The complement, since there is one negative number more.
        return (unsigned || random.nextBoolean() ? value : value.not()).toString();
    }

    private String decimal(int digits, int scale) {
        BigInteger most = BigInteger.TEN.pow(random.nextInt(digits + 1));
        BigInteger unscaled = new BigInteger(most.bitLength() + 8, random).mod(most);
        return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), Math.max(0, scale)).toPlainString();
    }

    private String floating(Declared type) {
        boolean single = type.name().equals("real") || type.name().equals("float");
        double value = single ? single() : twice();
        return switch (engine) {
            case H2, H2_SERVER -> "cast('" + value + "' as double precision)";
            case POSTGRES -> "'" + value + "'::float8";
            case MARIADB -> String.valueOf(value);
        };
    }

    private double single() {
        while (true) {
            float value = random.nextBoolean() ? Float.intBitsToFloat(random.nextInt()) : random.nextInt() / 1000f;
            if (Float.isFinite(value) && Math.abs(value) >= Float.MIN_NORMAL) {
                return value;
            }
        }
    }

    private double twice() {
        while (true) {
            double value =
                    random.nextBoolean() ? Double.longBitsToDouble(random.nextLong()) : random.nextInt() / 1000.0;
            if (Double.isFinite(value) && Math.abs(value) >= Double.MIN_NORMAL) {
                return value;
            }
        }
    }

    private String text(Declared type) {
        // H2 counts what it takes two of for some characters.
        int most = random.nextInt(1 + (type.size() < 0 ? LONGEST : type.size()));
        String text = text(most);
        while (text.length() > most) {
            text = text.substring(0, text.offsetByCodePoints(text.length(), -1));
        }
        return text;
    }

    private String text(int characters) {
        return IntStream.range(0, characters)
                .map(any -> character())
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private int character() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(1, 0x20);
            case 1, 2, 3 -> random.nextInt(0x20, 0x7F);
            case 4 -> random.nextInt(0x7F, 0x800);
            case 5 -> random.nextInt(0x800, 0xD800);
            case 6 -> random.nextInt(0xE000, 0x10000);
            default -> random.nextInt(0x10000, 0x110000);
        };
    }

    /** By its bytes, so that nothing depends on what means something within quotes. */
    private String literal(String text) {
        String hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        return switch (engine) {
            case H2, H2_SERVER -> "utf8tostring(X'" + hex + "')";
            case POSTGRES -> "convert_from(decode('" + hex + "', 'hex'), 'UTF8')";
            case MARIADB -> "convert(X'" + hex + "' using utf8mb4)";
        };
    }

    /** Of the versions and the variant that there are; MariaDB takes those of version 8 not whose ninth byte is 0x80. */
    private UUID uuid() {
        long version = random.nextLong(1, 9) << 12;
        UUID uuid = new UUID(random.nextLong() & ~0xF000L | version, random.nextLong() >>> 2 | Long.MIN_VALUE);
        return uuid.version() == 8 && uuid.getLeastSignificantBits() >>> 56 == 0x80 ? uuid() : uuid;
    }

    private String bytes(Declared type) {
        if (type.name().equals("bit")) {
            return bits(type.size());
        }
        int longest = type.size() < 0 ? LONGEST : type.size();
        byte[] bytes = new byte[type.name().equals("binary") ? longest : random.nextInt(longest + 1)];
        random.nextBytes(bytes);
        String hex = HexFormat.of().formatHex(bytes);
        return engine == Engine.POSTGRES ? "decode('" + hex + "', 'hex')" : "X'" + hex + "'";
    }

    private String bits(int count) {
        return "b'"
                + IntStream.range(0, count)
                        .mapToObj(any -> random.nextBoolean() ? "1" : "0")
                        .collect(Collectors.joining())
                + "'";
    }

    /** Every other one in our own time, when clocks are put forward and back. */
    private LocalDate day() {
        if (random.nextBoolean()) {
            return LocalDate.of(random.nextInt(1900, 2100), random.nextBoolean() ? 3 : 10, random.nextInt(25, 32));
        }
        return LocalDate.ofEpochDay(random.nextLong(FIRST_DAY.toEpochDay(), LAST_DAY.toEpochDay() + 1));
    }

    private LocalTime nanoOfDay(int digits) {
        long unit = (long) Math.pow(10, NANO_DIGITS - digits);
        long nanos = random.nextLong(LocalTime.MAX.toNanoOfDay() + 1);
        return LocalTime.ofNanoOfDay(nanos - nanos % unit);
    }

    private String time(int digits) {
        return DateTimeFormatter.ofPattern("HH:mm:ss" + fraction(digits)).format(nanoOfDay(digits));
    }

    private static String at(LocalDateTime time, int digits) {
        return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss" + fraction(digits))
                .format(time);
    }

    private static String fraction(int digits) {
        return digits == 0 ? "" : "." + "S".repeat(digits);
    }

    private String offset() {
        int minutes = random.nextInt(-MOST_OFFSET_MINUTES, MOST_OFFSET_MINUTES + 1);
        return (minutes < 0 ? "-" : "+") + String.format("%02d:%02d", Math.abs(minutes) / 60, Math.abs(minutes) % 60);
    }

    private String instant(int declared) {
        int digits = Math.max(0, declared);
        if (engine == Engine.MARIADB) {
            // Of MariaDB's there are none before 1970 and after 2038.
            Instant instant = Instant.ofEpochSecond(random.nextLong(1, Integer.MAX_VALUE));
            LocalTime fraction = nanoOfDay(digits);
            return "from_unixtime(" + instant.getEpochSecond()
                    + (digits == 0
                            ? ""
                            : DateTimeFormatter.ofPattern(fraction(digits)).format(fraction)) + ")";
        }
        return "timestamp with time zone '" + at(LocalDateTime.of(day(), nanoOfDay(digits)), digits) + offset() + "'";
    }

    private String json(Declared type) {
        String json = json(3);
        if (engine == Engine.POSTGRES) {
            return "cast(" + literal(json) + " as " + type.name() + ")";
        }
        return literal(json) + " format json";
    }

    private String json(int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> decimal(random.nextInt(1, 18), random.nextInt(6));
            case 1 -> quoted(text(random.nextInt(10)));
            case 2 -> String.valueOf(random.nextBoolean());
            case 3 -> "null";
            case 4 ->
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(any -> json(depth - 1))
                        .collect(Collectors.joining(", ", "[", "]"));
            default ->
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(number -> quoted(number + text(random.nextInt(5))) + ": " + json(depth - 1))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    private static String quoted(String text) {
        return text.codePoints()
                .mapToObj(each -> each < 0x20 || each == '"' || each == '\\'
                        ? String.format("\\u%04x", each)
                        : Character.toString(each))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
