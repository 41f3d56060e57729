package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Scan;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class TableScanTest {
    record Thing(Long id) {}

    record Word(String text) {}

    record Point(int x, String y) {}

    private final Engine origin;
    private final Engine target;

    TableScanTest(Engine origin, Engine target) {
        this.origin = origin;
        this.target = target;
    }

    @Test
    void whatIsLongIsPrintedShort() {
        Row almost = Row.of(Map.of("v", "x".repeat(450)));
        Row more = Row.of(Map.of("v", "x".repeat(100_000)));
        Row other = Row.of(Map.of("v", "x".repeat(99_999) + "y"));

        assertThat(Canonical.print(almost, Forms.PLAIN)).contains("x".repeat(450));
        assertThat(Canonical.print(more, Forms.PLAIN)).hasSize(32).isNotEqualTo(Canonical.print(other, Forms.PLAIN));
        assertThat(new Scan.Print("a key", Canonical.print(almost, Forms.PLAIN)))
                .hasToString("Print");
    }

    @Test
    void aDecimalIsTheSameWithAnyZerosBehindThePoint() {
        for (List<String> same : List.of(
                List.of("1.5", "1.50", "15E-1"),
                List.of("100", "1E+2", "100.0"),
                List.of("0", "0.00", "0E+3", "-0.0"),
                List.of("-0.01", "-0.010"))) {
            assertThat(same.stream().map(TableScanTest::decimal).distinct()).hasSize(1);
        }
        assertThat(decimal("10")).isNotEqualTo(decimal("1"));
        assertThat(Canonical.print(Row.of(Map.of("v", 100L)), Forms.PLAIN)).isEqualTo(decimal("1E+2"));
    }

    @Test
    void numbersHaveTheSamePrintExactlyWhenTheyAreTheSame() {
        BigDecimal beyond = new BigDecimal("9223372036854775808");
        Map<String, BigDecimal> seen = new HashMap<>();
        for (BigDecimal digits : List.of(
                BigDecimal.ZERO,
                BigDecimal.ONE,
                new BigDecimal(-7),
                new BigDecimal(-100),
                new BigDecimal(123_456),
                new BigDecimal(Long.MAX_VALUE),
                new BigDecimal(Long.MIN_VALUE),
                beyond,
                beyond.negate().subtract(BigDecimal.ONE),
                beyond.multiply(BigDecimal.TEN))) {
            for (int scale = -3; scale <= 24; scale++) {
                BigDecimal number = digits.scaleByPowerOfTen(-scale);
                String print = Canonical.print(Row.of(Map.of("v", number)), Forms.PLAIN);
                for (int zeros : new int[] {1, 5, 20}) {
                    BigDecimal longer = number.setScale(number.scale() + zeros);
                    assertThat(Canonical.print(Row.of(Map.of("v", longer)), Forms.PLAIN))
                            .as("%s as %s", number, longer)
                            .isEqualTo(print);
                }
                if (number.stripTrailingZeros().scale() <= 0
                        && number.toBigInteger().bitLength() < Long.SIZE) {
                    assertThat(Canonical.print(Row.of(Map.of("v", number.longValueExact())), Forms.PLAIN))
                            .as("%s as a whole number", number)
                            .isEqualTo(print);
                }
                BigDecimal before = seen.putIfAbsent(print, number);
                assertThat(before == null ? number : before)
                        .as("the same print as %s", number)
                        .isEqualByComparingTo(number);
            }
        }
        assertThat(Canonical.print(Row.of(Map.of("v", true)), Forms.PLAIN)).isEqualTo(decimal("1.0"));
    }

    private static String decimal(String text) {
        return Canonical.print(Row.of(Map.of("v", new BigDecimal(text))), Forms.PLAIN);
    }

    @Test
    void carriedRecordsOfManyTypesHaveTheSamePrintOnBothSides() throws Exception {
        Table<Thing, Long> things = Jdbc.table("thing", Thing.class, Long.class).key(Thing::id);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run("create table thing (id bigint primary key, s smallint, i integer, n numeric(20, 4),"
                            + " d double precision, b boolean, c char(8), v varchar(50), u uuid, da date, ti time(6), "
                            + switch (databases.of(side).engine()) {
                                case POSTGRES ->
                                    "r real, t text, y bytea, ts timestamp(6), tz timestamp(6) with time zone)";
                                case MARIADB ->
                                    "r float, t text, y varbinary(20), ts datetime(6), tz timestamp(6) null)";
                                case H2, H2_SERVER ->
                                    "r real, t clob, y varbinary(20), ts timestamp(6), tz timestamp(6) with time zone)";
                            });
        }
        boolean mariaDb = origin == Engine.MARIADB;
        databases
                .origin()
                .run(
                        "insert into thing (id, s, i, n, r, d, b, c, v, t, u, da, ti, ts, tz)"
                                + " values (1, 2, 3, 12.5000, 0.12345679, 0.1, true, 'ab', 'x ', 'long',"
                                + " '8c1f24a0-0000-4000-8000-00000000000a', date '2024-02-29', time '23:59:59.123456',"
                                + " timestamp '1969-12-31 23:59:59.999999', "
                                + (mariaDb
                                        ? "from_unixtime(1711848600))"
                                        : "timestamp with time zone '2024-03-31 02:30:00+01')"),
                        "insert into thing (id, d, r, v, n) values (2, -0.0, -0.0, '', 1e10)",
                        // Of what is no number MariaDB has none.
                        "insert into thing (id, d, r) values (3, "
                                + (mariaDb || target == Engine.MARIADB ? "1e300, 1e30)" : "'NaN', 'Infinity')"),
                        "insert into thing (id, v) values (4, 'ünï \uD83D\uDE00')",
                        "insert into thing (id) values (5)");
        Shop shop = new Shop(databases, List.of(things)).atShadow();
        Set<RecordId> all = new HashSet<>(Shop.ids(things, 1, 2, 3, 4, 5));
        shop.made.carrier().carry(Side.ORIGIN, all, null);
        List<Scan.Print> prints = prints(shop, Side.ORIGIN, "thing");
        assertThat(prints(shop, Side.TARGET, "thing")).isEqualTo(prints).hasSize(5);
        assertThat(prints)
                .extracting(Scan.Print::contents)
                .doesNotHaveDuplicates()
                .allMatch(contents -> contents.length() <= Canonical.LONGEST_UNDIGESTED);
        shop.atLive();
        databases.origin().run("delete from thing");
        shop.made.carrier().carry(Side.TARGET, all, null);
        assertThat(prints(shop, Side.ORIGIN, "thing")).isEqualTo(prints);
    }

    @Test
    void aNullIsNoEmptyTextAndTrailingBlanksCount() {
        Row empty = Row.of(Map.of("v", ""));
        Row blank = Row.of(Map.of("v", " "));
        Row none = empty.with("v", null);
        assertThat(List.of(
                        Canonical.print(empty, Forms.PLAIN),
                        Canonical.print(blank, Forms.PLAIN),
                        Canonical.print(none, Forms.PLAIN)))
                .doesNotHaveDuplicates();
        Forms padded = new Forms(Set.of("v"), Set.of(), Set.of(), Map.of());
        assertThat(Canonical.print(blank, padded)).isEqualTo(Canonical.print(empty, padded));
    }

    @Test
    void jsonAndEnumerationsAreCarriedAndComparedByWhatTheyMean() throws Exception {
        Table<Thing, Long> things = Jdbc.table("thing", Thing.class, Long.class).key(Thing::id);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            TestDatabase database = databases.of(side);
            if (database.engine() == Engine.POSTGRES) {
                database.run("create type mood as enum ('glad', 'sad')");
            }
            database.run("create table thing (id bigint primary key, j "
                    + (database.engine() == Engine.POSTGRES
                            ? "jsonb, m mood unique)"
                            : "json, m enum('glad', 'sad') unique)"));
        }
        String json = "'{\"b\": [1.0, true, null], \"a\": {\"x\": \"q\"}}'";
        databases
                .origin()
                .run("insert into thing values (1, " + json + (origin.isH2() ? " format json" : "") + ", 'glad')");
        Shop shop = new Shop(databases, List.of(things)).atShadow();
        shop.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(things, 1)), null);
        shop.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(things, 1)), null);
        assertThat(databases.target().value("select m from thing")).isEqualTo("glad");
        assertThat(prints(shop, Side.TARGET, "thing"))
                .isEqualTo(prints(shop, Side.ORIGIN, "thing"))
                .hasSize(1);
    }

    @Test
    void aDifferenceInAMappedColumnShowsAndOneInAnUnmappedColumnDoesNot() throws Exception {
        Shop shop = new Shop(origin, target).withTables().atShadow();
        shop.origin().run("insert into customer values (1, 'Ada'), (2, 'Bob')");
        shop.target().run("insert into customers values (1, 'Ada', 99), (2, 'Rob', 7)");
        List<Scan.Print> here = prints(shop, Side.ORIGIN, "customer");
        List<Scan.Print> there = prints(shop, Side.TARGET, "customer");
        assertThat(there.get(0)).isEqualTo(here.get(0));
        assertThat(there.get(1).key()).isEqualTo(here.get(1).key());
        assertThat(there.get(1).contents()).isNotEqualTo(here.get(1).contents());
    }

    @Test
    void keysAreListedPageByPageInTheOrderOfTheirNumbers() throws Exception {
        Shop shop = new Shop(origin, target).withTables().atShadow();
        shop.origin().run("insert into customer values (-1, 'a'), (2, 'b'), (10, 'c'), (9, 'd')");
        TableScan scan = scan(shop);
        assertThat(scan.keysAfter(Side.ORIGIN, "customer", null, 3)).containsExactly("-1", "2", "9");
        assertThat(scan.keysAfter(Side.ORIGIN, "customer", "9", 3)).containsExactly("10");
        assertThat(scan.keysAfter(Side.ORIGIN, "customer", "10", 3)).isEmpty();
        assertThat(scan.keysAfter(Side.TARGET, "customer", null, 3)).isEmpty();
    }

    @Test
    void theEnginesOwnStatisticsEstimateHowManyRowsThereAre() throws Exception {
        Shop shop = new Shop(origin, target).withTables().atShadow();
        shop.origin().run("insert into customer select n, 'c' || n from (" + origin.numbers(1, 3000) + ") x");
        if (origin == Engine.POSTGRES) {
            shop.origin().run("analyze customer");
        } else if (origin == Engine.MARIADB) {
            shop.origin().value("select count(*) from customer");
            shop.origin().rows("analyze table customer");
        }
        assertThat(scan(shop).estimate(Side.ORIGIN, "customer").orElseThrow()).isBetween(1_500L, 6_000L);
        long there = scan(shop).estimate(Side.TARGET, "customer").orElse(0);
        assertThat(there).isBetween(0L, 100L);
    }

    @Test
    void bothSidesListTextKeysInTheOrderOfTheCodec() throws Exception {
        Table<Word, String> words = Jdbc.table("word", Word.class, String.class).key(Word::text);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        List<String> texts = List.of("", "B", "a", "a ", "aa", "b", "é", "\uFF5E", "\uD83D\uDE00");
        for (Side side : Side.values()) {
            databases.of(side).run("create table word (text varchar(20) primary key)");
            List<String> reversed = new ArrayList<>(texts);
            Collections.reverse(reversed);
            reversed.forEach(text -> databases.of(side).run("insert into word values ('" + text + "')"));
        }
        Shop shop = new Shop(databases, List.of(words)).atShadow();
        for (Side side : Side.values()) {
            assertThat(keys(shop, side, new RecordRange("word", "a", "é"))).containsExactly("a", "a ", "aa", "b", "é");
            assertThat(keys(shop, side, new RecordRange("word", "C", "_"))).isEmpty();
            assertThat(scan(shop).keysAfter(side, "word", null, 100)).isEqualTo(texts);
            assertThat(scan(shop).keysAfter(side, "word", "aa", 2)).containsExactly("b", "é");
        }
        assertThat(texts).isSortedAccordingTo(words.type().codec()::compare);
    }

    @Test
    void keysThatAreWordsOfAnEnumerationAreListedInTheOrderOfTheirText() throws Exception {
        Table<Word, String> words = Jdbc.table("word", Word.class, String.class).key(Word::text);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            TestDatabase database = databases.of(side);
            // PostgreSQL's enumerations are types of their own; as keys they are refused there.
            String type = database.engine() == Engine.POSTGRES ? "varchar(20)" : "enum('pear', 'fig', 'Plum', 'apple')";
            database.run("create table word (text " + type + " primary key)");
        }
        databases.origin().run("insert into word values ('pear'), ('fig'), ('Plum'), ('apple')");
        Shop shop = new Shop(databases, List.of(words)).atShadow();
        shop.made
                .carrier()
                .carry(
                        Side.ORIGIN,
                        Set.of(words.id("pear"), words.id("fig"), words.id("Plum"), words.id("apple")),
                        null);
        for (Side side : Side.values()) {
            List<String> reasons = new ArrayList<>();
            try (Session session = shop.made.places().of(side).begin()) {
                TableCheck.check(session, words, side, reasons);
            }
            assertThat(reasons).isEmpty();
            assertThat(scan(shop).keysAfter(side, "word", null, 2)).containsExactly("Plum", "apple");
            assertThat(scan(shop).keysAfter(side, "word", "apple", 2)).containsExactly("fig", "pear");
            assertThat(keys(shop, side, new RecordRange("word", "apple", "fig")))
                    .containsExactly("apple", "fig");
        }
        shop.origin().run("delete from word where text = 'fig'");
        shop.made.carrier().carry(Side.ORIGIN, Set.of(words.id("fig")), null);
        assertThat(prints(shop, Side.TARGET, "word")).isEqualTo(prints(shop, Side.ORIGIN, "word"));
    }

    @Test
    void compositeAndUuidKeysAreListedInTheOrderOfTheCodec() throws Exception {
        record Spot(Point at) {}
        record Device(UUID id) {}
        Table<Spot, Point> spots = Jdbc.table("spot", Spot.class, Point.class).key(Spot::at);
        Table<Device, UUID> devices =
                Jdbc.table("device", Device.class, UUID.class).key(Device::id);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create table spot (x integer, y varchar(10), primary key (x, y))",
                            "insert into spot values (2, 'a'), (1, 'b'), (1, 'B'), (10, 'a|')",
                            "create table device (id uuid primary key)",
                            "insert into device values ('f0000000-0000-0000-0000-000000000000'),"
                                    + " ('10000000-0000-0000-f000-000000000000'), ('10000000-0000-0000-0000-000000000000')");
        }
        Shop shop = new Shop(databases, List.of(spots, devices)).atShadow();
        for (Side side : Side.values()) {
            List<String> listed = scan(shop).keysAfter(side, "spot", null, 100);
            assertThat(listed).containsExactly("1|B", "1|b", "2|a", "10|a\\|");
            assertThat(keys(shop, side, new RecordRange("spot", "1|C", "10|a"))).containsExactly("1|b", "2|a");
            assertThat(scan(shop).keysAfter(side, "spot", "1|B", 2)).containsExactly("1|b", "2|a");
            assertThat(scan(shop).keysAfter(side, "device", null, 100))
                    .hasSize(3)
                    .isSortedAccordingTo(
                            (one, two) -> devices.type().codec().compare(UUID.fromString(one), UUID.fromString(two)));
        }
    }

    @Test
    void moreRecordsThanAPageAreStreamedToTheEnd() throws Exception {
        Shop shop = new Shop(origin, target).withTables().atShadow();
        shop.origin().run("insert into customer select n, 'c' || n from (" + origin.numbers(1, 4500) + ") x");
        assertThat(prints(shop, Side.ORIGIN, "customer")).hasSize(4500);
        assertThat(keys(shop, Side.ORIGIN, Shop.CUSTOMERS.type().between(100L, 4_200L)))
                .hasSize(4_101)
                .startsWith("100")
                .endsWith("4200");
    }

    private static TableScan scan(Shop shop) {
        return new TableScan(shop.made.places(), shop.made.tables());
    }

    private static List<Scan.Print> prints(Shop shop, Side side, String type) throws Exception {
        return prints(shop, side, RecordRange.all(type));
    }

    private static List<String> keys(Shop shop, Side side, RecordRange range) throws Exception {
        return prints(shop, side, range).stream().map(Scan.Print::key).toList();
    }

    private static List<Scan.Print> prints(Shop shop, Side side, RecordRange range) throws Exception {
        List<Scan.Print> all = new ArrayList<>();
        try (Scan.Prints prints = scan(shop).fingerprints(side, range)) {
            prints.forEachRemaining(all::add);
        }
        return all;
    }
}
