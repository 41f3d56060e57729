package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Pace;
import io.dualwrite.servers.PostgresServer;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Rows are replaced by their primary key in one statement, or looked up first where that would be something else. */
class PostgresRowsTest {
    record Item(Long id, String name, Integer amount) {}

    private static final Table<Item, Long> ITEMS = Jdbc.table("item", Item.class, Long.class)
            .key(Item::id)
            .keyColumns("id")
            .to("item");

    private final PGSimpleDataSource source = PostgresServer.newSchema();
    private final Place place = new Place("rows", Side.TARGET, source, Limits.DEFAULT, Pace.real());

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wholeRowsAreInsertedOrReplaced(boolean rewritten) throws SQLException {
        source.setReWriteBatchedInserts(rewritten);
        run("create table item (id bigint primary key, name text, amount integer not null)");
        run("insert into item values (2, 'old', 1), (3, 'stays', 3)");

        write(row(1, "one", 10), row(2, null, 20), row(3, "stays", 3), row(4, "four", 40));

        assertThat(replaces()).isTrue();
        assertThat(rows()).containsExactly("1 one 10", "2 null 20", "3 stays 3", "4 four 40");
    }

    @Test
    void aColumnThatTheMappingLeavesOutIsKept() throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer not null default 7)");
        run("insert into item values (2, 'old', 5)");

        write(Row.of(Map.of("id", 1L, "name", "one")), Row.of(Map.of("id", 2L, "name", "new")));

        assertThat(rows()).containsExactly("1 one 7", "2 new 5");
    }

    @Test
    void anUpdateFiresNoTriggerOfInserts() throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer)");
        run("create table told (what text)");
        run("create function tell() returns trigger language plpgsql as"
                + " $$ begin insert into told values (tg_op); return new; end $$");
        run("create trigger telling before insert or update on item for each row execute function tell()");
        run("insert into item values (2, 'old', 1)");
        run("truncate table told");

        write(row(1, "one", 1), row(2, "two", 2));

        assertThat(replaces()).isFalse();
        assertThat(strings("select what from told order by what")).containsExactly("INSERT", "UPDATE");
        assertThat(rows()).containsExactly("1 one 1", "2 two 2");
    }

    @Test
    void aDeferrableKeyIsNoObstacle() throws SQLException {
        run("create table item (id bigint primary key deferrable, name text, amount integer)");
        run("insert into item values (2, 'old', 1)");

        write(row(1, "one", 1), row(2, "two", 2));

        assertThat(rows()).containsExactly("1 one 1", "2 two 2");
    }

    @Test
    void aRuleIsNoObstacle() throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer)");
        run("create table told (what text)");
        run("create rule telling as on insert to item do also insert into told values (new.name)");

        write(row(1, "one", 1));

        assertThat(rows()).containsExactly("1 one 1");
        assertThat(strings("select what from told")).containsExactly("one");
    }

    @Test
    void anotherUniqueValueIsNeverTakenForTheKey() throws SQLException {
        run("create table item (id bigint primary key, name text unique, amount integer)");
        run("insert into item values (2, 'taken', 1)");

        assertThatThrownBy(() -> write(row(1, "taken", 9)))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failure -> assertThat(Dialect.isUnique(failure)).isTrue());

        assertThat(rows()).containsExactly("2 taken 1");
    }

    @Test
    void aNumberedColumnThatIsNotTheKeyIsNoObstacle() throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer generated always as identity)");

        write(row(1, "one", 11), row(2, "two", 12));

        assertThat(rows()).containsExactly("1 one 11", "2 two 12");

        write(row(2, "zwei", 12), row(3, "three", 13));

        assertThat(rows()).containsExactly("1 one 11", "2 zwei 12", "3 three 13");
    }

    @Test
    void aTableOfNothingButItsKeyIsLeftAlone() throws SQLException {
        run("create table item (id bigint primary key)");
        run("insert into item values (2)");

        write(Row.of(Map.of("id", 1L)), Row.of(Map.of("id", 2L)));

        assertThat(strings("select cast(id as text) from item order by id")).containsExactly("1", "2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void valuesOfEveryTypeReplaceOthers(boolean rewritten) throws SQLException {
        source.setReWriteBatchedInserts(rewritten);
        run("create type mood as enum ('sad', 'happy')");
        run("create table item (id bigint primary key, name mood, doc jsonb, plain json, uid uuid, raw bytea,"
                + " money numeric(12, 3), at timestamptz, span interval, net inet, flag boolean, amount integer,"
                + " twice integer generated always as (amount * 2) stored)");
        run("insert into item (id, name, amount) values (1, 'sad', 1)");
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("name", "happy");
        values.put("doc", "{\"a\": [1, null]}");
        values.put("plain", "[true]");
        values.put("uid", new UUID(1, 2));
        values.put("raw", new byte[] {0, -1});
        values.put("money", new BigDecimal("12.5"));
        values.put("at", OffsetDateTime.of(2026, 2, 28, 23, 59, 59, 123_456_000, ZoneOffset.UTC));
        values.put("span", "1 day 02:00:00");
        values.put("net", "10.0.0.1/8");
        values.put("flag", true);
        values.put("amount", 21);
        Map<String, @Nullable Object> nothing = new LinkedHashMap<>();
        values.keySet().forEach(name -> nothing.put(name, null));

        write(with(1, values), with(2, values), with(3, nothing));
        String all =
                "select concat_ws(' ', name, doc, plain, uid, encode(raw, 'hex'), money, at at time zone 'UTC', span, net,"
                        + " flag, amount, twice) from item order by id";
        String full = "happy {\"a\": [1, null]} [true] 00000000-0000-0001-0000-000000000002 00ff 12.500"
                + " 2026-02-28 23:59:59.123456 1 day 02:00:00 10.0.0.1/8 t 21 42";
        assertThat(replaces()).isTrue();
        assertThat(strings(all)).containsExactly(full, full, "");

        write(with(1, nothing), with(3, values));
        assertThat(strings(all)).containsExactly("", full, full);
    }

    @Test
    void oneRowThatIsRefusedLeavesNoOther() throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer check (amount < 100))");
        run("insert into item values (2, 'old', 1)");

        assertThatThrownBy(() -> write(row(1, "one", 1), row(2, "new", 2), row(3, "bad", 100)))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failure -> assertThat(failure.getSQLState()).isEqualTo("23514"));

        assertThat(rows()).containsExactly("2 old 1");
        write(row(1, "one", 1), row(2, "new", 2));
        assertThat(rows()).containsExactly("1 one 1", "2 new 2");
    }

    @Test
    void aKeyThatIsSpelledOtherwiseIsNotTakenForThisOne() throws SQLException {
        run("create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        run("create table word (name text collate loose primary key, amount integer)");
        run("insert into word values ('ada', 1)");
        Table<Word, String> words = Jdbc.table("word", Word.class, String.class)
                .key(Word::name)
                .keyColumns("name")
                .to("word");

        assertThatThrownBy(() -> write(words, Row.of(Map.of("name", "ADA", "amount", 2))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("spelled otherwise");

        assertThat(strings("select name || amount from word")).containsExactly("ada1");
    }

    @Test
    void aTableThatWasEmptyWhenItWasFirstListedIsNotReadAsAWholeLater() throws SQLException {
        run("create table item (id bigint primary key, a text, b text, c text, d text, e text)");
        try (Session session = place.beginLong();
                PreparedStatement listing = session.connection()
                        .prepareStatement("select id from item where id > ? order by id limit 2000")) {
            // The driver prepares it on the server after five times, and the server keeps a plan after as many more.
            for (int time = 1; time <= 12; time++) {
                list(listing, 0);
            }
            run("insert into item select n, 'a', 'b', 'c', 'd', 'e' from generate_series(1, 200000) n");
            long before = readOneAfterTheOther(session);
            list(listing, 199_900);
            assertThat(readOneAfterTheOther(session)).isEqualTo(before);
        }
    }

    private static void list(PreparedStatement listing, long after) throws SQLException {
        listing.setLong(1, after);
        try (ResultSet result = listing.executeQuery()) {
            while (result.next()) {
                assertThat(result.getLong(1)).isGreaterThan(after);
            }
        }
    }

    private static long readOneAfterTheOther(Session session) throws SQLException {
        Long rows = session.run()
                .first(
                        "select seq_tup_read from pg_stat_xact_user_tables where relid = 'item'::regclass",
                        row -> row.getLong(1));
        return rows == null ? 0 : rows;
    }

    @Test
    void anotherIndexOfTheKeysColumnsIsNotTakenForThePrimaryKey() throws SQLException {
        run("create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        run("create table word (name text primary key, amount integer)");
        run("create unique index on word (name collate loose)");
        run("insert into word values ('ada', 1)");
        Table<Word, String> words = Jdbc.table("word", Word.class, String.class)
                .key(Word::name)
                .keyColumns("name")
                .to("word");

        assertThatThrownBy(() -> write(words, Row.of(Map.of("name", "ADA", "amount", 2))))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failure -> assertThat(Dialect.isUnique(failure)).isTrue());
        write(words, Row.of(Map.of("name", "ada", "amount", 3)));

        assertThat(strings("select name || amount from word")).containsExactly("ada3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create unique index on item (lower(name))",
                "create unique index on item (name) where amount > 0",
                "create unique index on item (name) nulls not distinct",
                "alter table item add constraint apart exclude (name with =)"
            })
    void aValueThatNobodyParksGoesFromARowToANewOne(String index) throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer)");
        run(index);
        run("insert into item values (2, 'wanted', 1)");

        write(row(1, "wanted", 1), row(2, "other", 1));

        assertThat(replaces()).isFalse();
        assertThat(rows()).containsExactly("1 wanted 1", "2 other 1");
    }

    @Test
    void rowsOfTablesThatInheritAreUpdatedThere() throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer)");
        run("create table special () inherits (item)");
        run("insert into special values (1, 'there', 1)");

        write(row(1, "one", 2));

        assertThat(replaces()).isFalse();
        assertThat(strings("select concat_ws(' ', tableoid::regclass, name, amount) from item"))
                .containsExactly("special one 2");
    }

    @Test
    void rowsOfPartitionedTablesAreWritten() throws SQLException {
        run("create table item (id bigint primary key, name text, amount integer) partition by hash (id)");
        run("create table item_0 partition of item for values with (modulus 2, remainder 0)");
        run("create table item_1 partition of item for values with (modulus 2, remainder 1)");

        write(row(1, "one", 1), row(2, "two", 2), row(3, "three", 3));
        write(row(1, "one", 10), row(4, "four", 4));

        assertThat(rows()).containsExactly("1 one 10", "2 two 2", "3 three 3", "4 four 4");
    }

    record Word(String name, int amount) {}

    private static Row with(long id, Map<String, @Nullable Object> values) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(values);
        all.put("id", id);
        return Row.of(all);
    }

    private static Row row(long id, @Nullable String name, int amount) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", id);
        values.put("name", name);
        values.put("amount", amount);
        return Row.of(values);
    }

    private void write(Row... rows) throws SQLException {
        write(ITEMS, rows);
    }

    private void write(Table<?, ?> written, Row... rows) throws SQLException {
        try (Session session = place.begin()) {
            SideTable table = new Tables(List.of(written)).at(place, session.connection(), written.name());
            Map<RecordId, Row> byId = new LinkedHashMap<>();
            for (Row row : rows) {
                byId.put(table.idOf(row), row);
            }
            new RowWriter(session, table).upsert(byId);
            session.commit();
        }
    }

    private boolean replaces() throws SQLException {
        try (Connection connection = source.getConnection()) {
            TableShape shape = TableShape.find(connection, "item");
            return shape != null && shape.orReplace() != null;
        }
    }

    private List<String> rows() throws SQLException {
        return strings("select concat_ws(' ', id, coalesce(name, 'null'), amount) from item order by id");
    }

    private List<String> strings(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
