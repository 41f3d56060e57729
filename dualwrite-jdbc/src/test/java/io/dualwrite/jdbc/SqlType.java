package io.dualwrite.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A type of column of one engine, with the values at its bounds and some between.
 *
 * @param family what kind of thing it holds: types of one family may go into each other
 * @param sql how it is declared
 * @param values literals of that engine; every type can be null besides
 */
record SqlType(Family family, String sql, List<String> values) {
    private static final int[] DIGITS_OF_SECONDS = {0, 1, 2, 3, 4, 5, 6};

    enum Family {
        EXACT,
        FLOATING,
        TEXT,
        BYTES,
        UUID,
        DATE,
        TIME,
        TIME_WITH_ZONE,
        TIMESTAMP,
        INSTANT,
        JSON
    }

    /** The same type with further values. */
    SqlType with(List<String> more) {
        return new SqlType(
                family, sql, Stream.concat(values.stream(), more.stream()).toList());
    }

    static List<SqlType> of(Engine engine) {
        List<SqlType> types = new ArrayList<>(
                switch (engine) {
                    case H2, H2_SERVER -> h2();
                    case POSTGRES -> postgres();
                    case MARIADB -> mariaDb();
                });
        types.addAll(timestamps(engine));
        return types;
    }

    private static List<SqlType> h2() {
        List<SqlType> types = new ArrayList<>();
        types.add(type(Family.EXACT, "tinyint", "-128", "127", "0"));
        types.addAll(wholes());
        types.addAll(decimals());
        types.add(type(Family.EXACT, "boolean", "true", "false"));
        types.addAll(floats("real", "double precision", "cast('%s' as double precision)"));
        types.addAll(texts("clob"));
        types.add(type(Family.BYTES, "varbinary(10)", "X''", "X'00'", "X'ff00ff00ff00ff00ff00'"));
        types.add(type(Family.BYTES, "varbinary(16)", "X'000102030405060708090a0b0c0d0e0f'"));
        types.add(type(Family.BYTES, "binary(4)", "X'01020304'", "X'00000000'"));
        types.add(type(Family.BYTES, "blob", "X''", "X'00ff'", "cast(repeat('ab', 70000) as blob)"));
        types.add(uuids());
        types.addAll(dates());
        types.addAll(zonedTimes());
        types.addAll(instants("timestamp(%d) with time zone", "timestamp with time zone '%s'"));
        types.addAll(fineTimes());
        types.add(type(Family.JSON, "json", jsons("json '%s'")));
        return types;
    }

    private static List<SqlType> postgres() {
        List<SqlType> types = new ArrayList<>(wholes());
        types.addAll(decimals());
        types.add(type(Family.EXACT, "numeric", "-0.00000000001", "123456789012345678901234567890.5"));
        types.add(type(Family.EXACT, "boolean", "true", "false"));
        types.addAll(floats("real", "double precision", "'%s'::float8"));
        types.addAll(texts("text"));
        types.add(type(Family.BYTES, "bytea", "'\\x'", "'\\x00ff'", "decode(repeat('ab', 70000), 'hex')"));
        types.add(uuids());
        types.addAll(dates());
        types.addAll(zonedTimes());
        types.addAll(instants("timestamp(%d) with time zone", "timestamp with time zone '%s'"));
        types.add(type(Family.JSON, "json", jsons("'%s'")));
        types.add(type(Family.JSON, "jsonb", jsons("'%s'")));
        return types;
    }

    private static List<SqlType> mariaDb() {
        List<SqlType> types = new ArrayList<>(wholes());
        types.addAll(decimals());
        types.add(type(Family.EXACT, "tinyint", "-128", "127"));
        types.add(type(Family.EXACT, "tinyint(1)", "0", "1"));
        types.add(type(Family.EXACT, "tinyint unsigned", "0", "255"));
        types.add(type(Family.EXACT, "smallint unsigned", "0", "65535"));
        types.add(type(Family.EXACT, "mediumint", "-8388608", "8388607"));
        types.add(type(Family.EXACT, "int unsigned", "0", "4294967295"));
        types.add(type(Family.EXACT, "bigint unsigned", "0", "18446744073709551615"));
        types.add(type(Family.EXACT, "bit(1)", "b'0'", "b'1'"));
        types.add(type(Family.EXACT, "year", "1901", "2155"));
        types.addAll(floats("float", "double", "%s"));
        types.addAll(texts("longtext"));
        types.add(type(Family.TEXT, "tinytext", "''", "repeat('x', 255)"));
        types.add(type(Family.TEXT, "text", "''", "repeat('x', 65535)", "repeat('\u20ac', 16383)"));
        types.add(type(Family.BYTES, "varbinary(10)", "X''", "X'00'", "X'ff00ff00ff00ff00ff00'"));
        types.add(type(Family.BYTES, "varbinary(16)", "X'000102030405060708090a0b0c0d0e0f'"));
        types.add(type(Family.BYTES, "binary(4)", "X'01020304'", "X'00000000'"));
        types.add(type(Family.BYTES, "bit(9)", "b'0'", "b'111111111'"));
        types.add(type(Family.BYTES, "blob", "X''", "repeat(X'ab', 65535)"));
        types.add(type(Family.BYTES, "longblob", "X''", "X'00ff'", "repeat(X'ab', 70000)"));
        types.add(uuids());
        types.addAll(dates());
        types.add(type(Family.INSTANT, "timestamp null", "'1970-01-02 00:00:00'", "'2038-01-18 03:14:07'"));
        for (int digits : DIGITS_OF_SECONDS) {
            String one = digits == 0 ? "" : "." + "0".repeat(digits - 1) + "1";
            types.add(type(
                    Family.INSTANT,
                    "timestamp(" + digits + ") null",
                    "'1970-01-02 00:00:00" + one + "'",
                    "'2021-03-28 02:30:00" + (digits == 0 ? "" : ".5") + "'"));
        }
        return types;
    }

    private static List<SqlType> wholes() {
        return List.of(
                type(Family.EXACT, "smallint", "-32768", "32767"),
                type(Family.EXACT, "integer", "-2147483648", "2147483647", "0"),
                type(Family.EXACT, "bigint", "-9223372036854775808", "9223372036854775807"));
    }

    private static List<SqlType> decimals() {
        return List.of(
                type(Family.EXACT, "decimal(10,2)", "-99999999.99", "99999999.99", "0.01", "1.50"),
                type(Family.EXACT, "decimal(5,0)", "-99999", "99999"),
                type(Family.EXACT, "decimal(38,10)", "-9999999999999999999999999999.9999999999", "0.0000000001"));
    }

    private static List<SqlType> floats(String single, String twice, String literal) {
        return List.of(
                type(Family.FLOATING, single, in(literal, "3.4028234e38", "1.17549435e-38", "0.1", "-16777216", "0")),
                type(
                        Family.FLOATING,
                        twice,
                        in(literal, "1.7976931348623157e308", "2.2250738585072014e-308", "0.1", "-9007199254740993")));
    }

    private static List<SqlType> texts(String unbounded) {
        return List.of(
                type(
                        Family.TEXT,
                        "varchar(10)",
                        "''",
                        "' a '",
                        "'\u00e4\u20ac\u4e2d'",
                        "'\ud83d\ude00\ud83d\ude00'",
                        "'ends   '",
                        "'it''s\t\"'",
                        "'1234567890'"),
                type(Family.TEXT, "varchar(40)", "'0123456789012345678901234567890123456789'"),
                type(Family.TEXT, "char(5)", "'abc'", "''", "' b c'", "'12345'"),
                type(Family.TEXT, unbounded, "''", "'e\u0301'", "repeat('\u00e4', 70000)"));
    }

    private static SqlType uuids() {
        return type(
                Family.UUID,
                "uuid",
                "'01890a5d-ac96-774b-bcce-b302099a8057'",
                "'00000000-0000-4000-8000-000000000000'",
                "'ffffffff-ffff-4fff-bfff-ffffffffffff'");
    }

    private static List<SqlType> dates() {
        List<SqlType> types = new ArrayList<>();
        types.add(type(
                Family.DATE,
                "date",
                "date '1000-01-01'",
                "date '1582-10-10'",
                "date '2000-02-29'",
                "date '9999-12-31'"));
        for (int digits : DIGITS_OF_SECONDS) {
            String end = digits == 0 ? "" : "." + "9".repeat(digits);
            String type = digits == 0 ? "(0)" : "(" + digits + ")";
            types.add(type(Family.TIME, "time" + type, "'00:00:00'", "'23:59:59" + end + "'", "'12:30:00'"));
        }
        return types;
    }

    private static List<SqlType> zonedTimes() {
        List<SqlType> types = new ArrayList<>();
        for (int digits : DIGITS_OF_SECONDS) {
            String end = digits == 0 ? "" : "." + "9".repeat(digits);
            types.add(type(
                    Family.TIME_WITH_ZONE,
                    "time(" + digits + ") with time zone",
                    "time with time zone '23:59:59" + end + "+05:30'",
                    "time with time zone '00:00:00-11:00'"));
        }
        return types;
    }

    /** Whether it keeps more digits of a second than every engine does. */
    boolean isFine() {
        return sql.contains("time") && sql.contains("(9)");
    }

    /** Of H2 alone: of each type two times a nanosecond apart. */
    private static List<SqlType> fineTimes() {
        return List.of(
                type(Family.TIME, "time(9)", "'23:59:59.999999998'", "'23:59:59.999999999'"),
                type(
                        Family.TIME_WITH_ZONE,
                        "time(9) with time zone",
                        "time with time zone '12:00:00.000000001+05:30'",
                        "time with time zone '12:00:00+05:30'"),
                type(
                        Family.TIMESTAMP,
                        "timestamp(9)",
                        "timestamp '1969-12-31 23:59:59.999999998'",
                        "timestamp '1969-12-31 23:59:59.999999999'"),
                type(
                        Family.INSTANT,
                        "timestamp(9) with time zone",
                        "timestamp with time zone '2021-03-28 02:30:00.123456789+02'",
                        "timestamp with time zone '2021-03-28 02:30:00.123456788+02'"));
    }

    private static List<SqlType> instants(String type, String literal) {
        List<SqlType> types = new ArrayList<>();
        for (int digits : DIGITS_OF_SECONDS) {
            String end = digits == 0 ? "" : "." + "9".repeat(digits);
            types.add(type(
                    Family.INSTANT,
                    String.format(type, digits),
                    in(
                            literal,
                            "1000-01-01 00:00:00+00",
                            "1969-12-31 23:59:59" + end + "+00",
                            "2021-03-28 02:30:00+02",
                            "9999-12-31 23:59:59" + end + "+00")));
        }
        return types;
    }

    /** Local times, whose type is called otherwise on one of the engines. */
    private static List<SqlType> timestamps(Engine engine) {
        String name = engine == Engine.MARIADB ? "datetime" : "timestamp";
        List<SqlType> types = new ArrayList<>();
        for (int digits : DIGITS_OF_SECONDS) {
            String end = digits == 0 ? "" : "." + "9".repeat(digits);
            types.add(type(
                    Family.TIMESTAMP,
                    name + "(" + digits + ")",
                    "timestamp '1000-01-01 00:00:00'",
                    "timestamp '1969-12-31 23:59:59" + end + "'",
                    "timestamp '2021-03-28 02:30:00'",
                    "timestamp '9999-12-31 23:59:59" + end + "'"));
        }
        return types;
    }

    private static String[] jsons(String literal) {
        return in(literal, "{\"a\": 1, \"b\": [true, null, \"\u00e4\"]}", "1.5", "\"x\"", "[]");
    }

    private static String[] in(String literal, String... values) {
        return Arrays.stream(values).map(value -> String.format(literal, value)).toArray(String[]::new);
    }

    private static SqlType type(Family family, String sql, String... values) {
        return new SqlType(family, sql, List.of(values));
    }
}
