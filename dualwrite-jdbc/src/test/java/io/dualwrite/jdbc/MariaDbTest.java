package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Postponement;
import io.dualwrite.repair.Scan;
import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is MariaDB's alone. */
final class MariaDbTest {
    record Thing(Long id) {}

    record Word(String text) {}

    record Device(UUID id) {}

    private static final Table<Thing, Long> THINGS =
            Jdbc.table("thing", Thing.class, Long.class).key(Thing::id);

    private final TestDatabase origin = Engine.MARIADB.create();

    @ParameterizedTest
    @ValueSource(strings = {"utf8mb4_general_ci", "utf8mb4_uca1400_as_cs", "utf8mb4_bin", "latin1_swedish_ci"})
    void textKeysWhoseCollationTakesDifferentTextsForTheSameAreRefused(String collation) throws Exception {
        Table<Word, String> words = Jdbc.table("word", Word.class, String.class).key(Word::text);
        origin.run("create table word (text varchar(20) character set " + collation.substring(0, collation.indexOf('_'))
                + " collate " + collation + " primary key)");
        assertThat(problems(words)).singleElement().asString().contains("key column text", collation, "nopad_bin");
    }

    @Test
    void otherColumnsMayHaveAnyCollation() throws Exception {
        origin.run("create table thing (id bigint primary key, t varchar(20) collate utf8mb4_general_ci)");
        assertThat(problems(THINGS)).isEmpty();
    }

    @Test
    void aPageOfCompositeKeysIsSoughtInTheIndex() throws Exception {
        Table<Row, ?> places = Jdbc.rows(
                "place",
                List.of(
                        new KeyColumn("floor", Integer.class),
                        new KeyColumn("room", Integer.class),
                        new KeyColumn("seat", Integer.class)));
        origin.run(
                "create table place (floor int, room int, seat int, primary key (floor, room, seat))",
                "insert into place select seq div 500, seq div 20 mod 25, seq mod 20 from seq_0_to_4999",
                "analyze table place");
        Shop shop = new Shop(new Sides<>(origin, Engine.H2.create()), List.of(places));
        TableScan scan = new TableScan(shop.made.places(), shop.made.tables());
        List<String> all = new ArrayList<>();
        for (List<String> page = scan.keysAfter(Side.ORIGIN, "place", null, 70);
                !page.isEmpty();
                page = scan.keysAfter(Side.ORIGIN, "place", page.get(page.size() - 1), 70)) {
            all.addAll(page);
        }
        assertThat(all)
                .hasSize(5_000)
                .isSortedAccordingTo(places.type()::inKeyOrder)
                .doesNotHaveDuplicates();
        assertThat(rowsReadFor(shop, List.of(">"), all.subList(4_900, 4_901))).isBetween(99L, 110L);
        assertThat(rowsReadFor(shop, List.of(">", "<="), List.of(all.get(4_000), all.get(4_090))))
                .isBetween(90L, 110L);
    }

    /** How many entries of indexes the server reads on the way. */
    private long rowsReadFor(Shop shop, List<String> operators, List<String> keys) throws SQLException {
        try (Connection connection = origin.pool().getConnection();
                Statement statement = connection.createStatement()) {
            KeyOrder order = new KeyOrder(
                    Dialect.of(connection),
                    shop.made.tables().at(shop.made.places().origin(), "place"));
            statement.execute("flush status");
            try (PreparedStatement page = connection.prepareStatement(order.select("*", operators))) {
                order.bind(page, keys);
                page.executeQuery();
            }
            try (ResultSet read = statement.executeQuery("show session status like 'Handler_read_next'")) {
                read.next();
                return read.getLong(2);
            }
        }
    }

    @Test
    void theRelaysWorkOnTheJournalWaitsForNoWriter() throws Exception {
        Shop shop = new Shop(new Sides<>(origin, Engine.H2.create()), List.of(THINGS)).atShadow();
        JdbcJournal journal = new JdbcJournal(shop.made.places().origin());
        for (int rows = 1; rows <= 64; rows *= 2) {
            List<RecordId> ids =
                    Shop.ids(THINGS, LongStream.rangeClosed(1, rows).toArray());
            journal.append(ids);
            try (Connection writer = origin.pool().getConnection()) {
                writer.setAutoCommit(false);
                journal.append(writer, 1, Shop.ids(THINGS, 1, 99));
                assertThat(journal.claim(Claim.due(100, Duration.ofMinutes(1)))).hasSize(rows);
                journal.postpone(ids, Postponement.release());
                journal.remove(journal.seen(ids));
                writer.rollback();
            }
            assertThat(journal.backlog().open()).isZero();
        }
    }

    @Test
    void stripesOfOthersAreNotWaitedFor() throws Exception {
        Shop shop = new Shop(new Sides<>(origin, Engine.H2.create()), List.of(THINGS)).atShadow();
        Place place = shop.made.places().origin();
        for (int from : new int[] {2, 40, 60}) {
            try (Session one = place.begin();
                    Session other = place.begin()) {
                new Stripes(place).lock(one, Shop.ids(THINGS, 1));
                List<RecordId> others =
                        Shop.ids(THINGS, LongStream.rangeClosed(from, 63).toArray());
                others = others.stream()
                        .filter(id -> Stripes.of(id) != Stripes.of(THINGS.id(1L)))
                        .toList();
                new Stripes(place).lock(other, others);
            }
        }
    }

    @Test
    void tablesWithoutTransactionsAreRefused() throws Exception {
        origin.run("create table thing (id bigint primary key) engine = MyISAM");
        assertThat(problems(THINGS)).singleElement().asString().contains("MyISAM", "InnoDB");
    }

    @Test
    void aDateThatNoCalendarHasIsNeverTakenForNone() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(origin, Engine.H2.create());
        origin.run(
                "create table thing (id bigint primary key, d date, t datetime)",
                "insert into thing values (1, '0000-00-00', null), (2, null, '0000-00-00 00:00:00')");
        databases.target().run("create table thing (id bigint primary key, d date, t timestamp)");
        Shop shop = new Shop(databases, List.of(THINGS)).atShadow();
        for (long key : new long[] {1, 2}) {
            assertThatThrownBy(() -> carry(shop, Side.ORIGIN, key))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no calendar");
        }
        databases.target().run("insert into thing values (1, null, null), (2, null, null)");
        assertThat(prints(shop, Side.ORIGIN)).doesNotContainAnyElementsOf(prints(shop, Side.TARGET));
    }

    @Test
    void numbersWithoutSignFlagsYearsBitsAndFloatsArriveAndComeBackExactly() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(origin, Engine.POSTGRES.create());
        origin.run(
                "create table thing (id bigint primary key, big bigint unsigned, small integer unsigned, flag boolean,"
                        + " year year, one bit(1), eight bit(8), f float, mood enum('glad', 'sad'))",
                "insert into thing values (1, 18446744073709551615, 4294967295, 1, 2024, 1, 5, 0.12345679, 'sad'),"
                        + " (2, 0, 0, 0, 1999, 0, 0, 16777217, 'glad'), (3, null, null, null, null, null, null, null, null)");
        databases
                .target()
                .run("create table thing (id bigint primary key, big numeric(20), small bigint, flag boolean,"
                        + " year integer, one boolean, eight bytea, f real, mood text)");
        Shop shop = new Shop(databases, List.of(THINGS)).atShadow();
        carry(shop, Side.ORIGIN, 1, 2, 3);
        assertThat(databases.target().rows("select big, small, flag, year, one, f, mood from thing where id = 1"))
                .containsExactly("18446744073709551615,4294967295,t,2024,t,0.12345679,sad");
        List<Scan.Print> prints = prints(shop, Side.ORIGIN);
        assertThat(prints(shop, Side.TARGET)).isEqualTo(prints).hasSize(3);
        shop.atLive();
        origin.run("delete from thing");
        carry(shop, Side.TARGET, 1, 2, 3);
        assertThat(prints(shop, Side.ORIGIN)).isEqualTo(prints);
    }

    @Test
    void aFlagOfTwoFitsIntoNoBoolean() throws Exception {
        Sides<TestDatabase> databases = new Sides<>(origin, Engine.H2.create());
        origin.run("create table thing (id bigint primary key, flag boolean)", "insert into thing values (1, 2)");
        databases
                .target()
                .run("create table thing (id bigint primary key, flag boolean)", "insert into thing values (1, true)");
        Shop shop = new Shop(databases, List.of(THINGS)).atShadow();
        assertThat(prints(shop, Side.ORIGIN)).isNotEqualTo(prints(shop, Side.TARGET));
        assertThatThrownBy(() -> carry(shop, Side.ORIGIN, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("flag");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connectionTimeZone=+05:00&forceConnectionTimeZoneToSession=true",
                "connectionTimeZone=+05:00&preserveInstants=true",
                "useServerPrepStmts=true",
                "useAffectedRows=true&useBulkStmts=true",
                "useCatalogTerm=SCHEMA"
            })
    void aRecordIsTheSameWhateverItsConnectionIsSetUpFor(String options) throws Exception {
        TestDatabase target = new TestDatabase(Engine.MARIADB, MariaDbServer.newDatabase(options));
        Sides<TestDatabase> databases = new Sides<>(origin, target);
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run("create table thing (id bigint primary key, at timestamp(6) null, d datetime(3), f float)");
        }
        origin.run("insert into thing values (1, from_unixtime(1711848600.123456), '2024-03-31 02:30:00.123', 0.1)");
        Shop shop = new Shop(databases, List.of(THINGS)).atShadow();
        carry(shop, Side.ORIGIN, 1);
        carry(shop, Side.ORIGIN, 1);
        assertThat(target.value("select unix_timestamp(at) from thing")).isEqualTo("1711848600.123456");
        assertThat(prints(shop, Side.TARGET)).isEqualTo(prints(shop, Side.ORIGIN));
        shop.atLive();
        origin.run("delete from thing");
        carry(shop, Side.TARGET, 1);
        assertThat(origin.value("select unix_timestamp(at) from thing")).isEqualTo("1711848600.123456");
    }

    @Test
    void uuidsAreCarriedAsBytesAndComparedAsUuids() throws Exception {
        Table<Device, UUID> devices =
                Jdbc.table("device", Device.class, UUID.class).key(Device::id);
        Sides<TestDatabase> databases = new Sides<>(Engine.POSTGRES.create(), origin);
        databases.origin().run("create table device (id uuid primary key, other uuid)");
        databases.target().run("create table device (id binary(16) primary key, other char(36))");
        List<String> ids = List.of(
                "00000001-0000-1000-8000-000000000002",
                "00000002-0000-1000-8000-000000000001",
                "f0000000-0000-4000-8000-000000000000");
        for (String id : ids) {
            databases.origin().run("insert into device values ('" + id + "', '" + id + "')");
        }
        Shop shop = new Shop(databases, List.of(devices)).atShadow();
        Set<RecordId> batch = new HashSet<>();
        ids.forEach(id -> batch.add(devices.id(UUID.fromString(id))));
        shop.made.carrier().carry(Side.ORIGIN, batch, null);
        TableScan scan = new TableScan(shop.made.places(), shop.made.tables());
        assertThat(scan.keysAfter(Side.TARGET, "device", null, 10)).isEqualTo(ids);
        assertThat(scan.keysAfter(Side.TARGET, "device", ids.get(0), 1)).containsExactly(ids.get(1));
        assertThat(prints(shop, Side.TARGET, "device"))
                .isEqualTo(prints(shop, Side.ORIGIN, "device"))
                .hasSize(3);
    }

    @Test
    void aSessionLeavesItsConnectionAsItWas() throws Exception {
        try (Connection connection = origin.pool().getConnection()) {
            Statements statements = new Statements(connection, new MariaDbDialect(false), 0);
            List<String> before = settings(statements);
            connection.setAutoCommit(false);
            Dialect.Undo undo = statements.dialect().begin(connection, Isolation.SNAPSHOT, Limits.DEFAULT);
            assertThat(settings(statements)).isNotEqualTo(before).contains("+00:00");
            connection.rollback();
            undo.run();
            assertThat(settings(statements)).isEqualTo(before);
        }
    }

    private static List<String> settings(Statements statements) throws SQLException {
        List<String> values = new ArrayList<>();
        for (String name : List.of(
                "time_zone",
                "sql_mode",
                "max_statement_time",
                "idle_transaction_timeout",
                "innodb_lock_wait_timeout",
                "tx_isolation",
                "tx_read_only")) {
            values.addAll(statements.list("select @@" + name, row -> String.valueOf(row.getString(1))));
        }
        return values;
    }

    private List<String> problems(Table<?, ?> table) throws SQLException {
        Shop shop = new Shop(new Sides<>(origin, Engine.H2.create()), List.of(table));
        List<String> reasons = new ArrayList<>();
        try (Session session = shop.made.places().origin().begin()) {
            TableCheck.check(session, table, Side.ORIGIN, reasons);
        }
        return reasons;
    }

    private static void carry(Shop shop, Side from, long... keys) throws Exception {
        shop.made.carrier().carry(from, new HashSet<>(Shop.ids(THINGS, keys)), null);
    }

    private static List<Scan.Print> prints(Shop shop, Side side) throws Exception {
        return prints(shop, side, "thing");
    }

    private static List<Scan.Print> prints(Shop shop, Side side, String type) throws Exception {
        List<Scan.Print> all = new ArrayList<>();
        try (Scan.Prints prints =
                new TableScan(shop.made.places(), shop.made.tables()).fingerprints(side, RecordRange.all(type))) {
            prints.forEachRemaining(all::add);
        }
        return all;
    }
}
