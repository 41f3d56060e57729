package io.dualwrite.spring.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.StoredTable;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.capture.Effect.Command;
import io.dualwrite.spring.capture.Effect.Generated;
import io.dualwrite.spring.capture.Effect.Inseparable;
import io.dualwrite.spring.capture.Effect.Named;
import io.dualwrite.spring.capture.Effect.Other;
import io.dualwrite.spring.capture.Effect.Searched;
import io.dualwrite.spring.capture.Effect.Unnamed;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectReaderTest {
    record Line(long orderId, int position) {}

    private static final Table<Long, Long> ORDERS =
            Jdbc.table("orders", Long.class, Long.class).key(Function.identity());
    private static final Table<Line, Line> LINES =
            Jdbc.table("order_lines", Line.class, Line.class).key(Function.identity());

    private final EffectReader reader = reader(false);

    private static EffectReader reader(boolean tellsAdded) {
        return new EffectReader(List.of(
                CapturedTable.of(new StoredTable(ORDERS, "PUBLIC", "ORDERS", List.of("ID"), tellsAdded)),
                CapturedTable.of(
                        new StoredTable(LINES, "PUBLIC", "ORDER_LINES", List.of("ORDER_ID", "POSITION"), tellsAdded))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from orders where id = ? for update",
                "select o.id from orders o where o.x like ? escape '\\' for no key update of o skip locked",
                "select o.id from orders o where o.x like replace(?,'\\\\','\\\\\\\\')",
                "with x as (select id from orders) select * from x",
                "insert into audit (id, total) select id, total from orders",
                "update audit set total = (select sum(total) from orders) where id = ?",
                "delete from audit where order_id in (select id from orders)",
                "update legacy.orders set x = 1",
                "insert into my_orders (id) values (1)",
                "-- update orders set x = 1\nselect 1",
                "select 'update orders set x = 1'",
                "",
            })
    void othersChangeNothing(String sql) {
        assertThat(reader.read(sql)).isEqualTo(new Other());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into orders (status, id) values (?, ?)",
                "INSERT INTO \"PUBLIC\".\"ORDERS\" (\"STATUS\", \"ID\") VALUES (upper(?), ?)",
                "insert /* hint */ into orders (status, id) values (?, ?) on conflict (id) do update set status = ?",
                "update orders o set o.status = ? where o.id = ? and o.version = 3",
                "update orders as o set status = coalesce(?, status) where o.id=? returning *",
                "delete from orders where version = ? and id = ?",
                "delete from orders where flag = ? and id in (?)",
                "delete o from orders o where o.flag = ? and o.id = ?",
                "merge into orders (status, id) values (?, ?)",
                "merge into orders as t using (select cast(? as varchar(9)) status, cast(? as bigint) id) as s on (t.id=s.id)"
                        + " when not matched then insert (status, id) values (s.status, s.id) when matched and s.status is"
                        + " null then delete when matched then update set status=s.status",
                "merge into orders t using (select ? as status, ? as id) s on (t.id = s.id) when matched then update set"
                        + " t.status = coalesce(s.status, t.status), t.x = 1 when not matched then insert (id) values (s.id)",
                "select id from final table (insert into orders (status, id) values (?, ?))",
                "update orders set status = ? where id = ?;",
            })
    void theKeyIsTheSecondParameter(String sql) {
        assertThat(reader.read(sql)).isInstanceOfSatisfying(Named.class, named -> {
            assertThat(named.table().name()).isEqualTo("orders");
            assertThat(named.keys()).isEqualTo(List.of(List.of(new Operand.Mark(2))));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "merge into orders t using (select ? id, ? x) s on (t.x = s.x) when matched then delete",
                "merge into orders t using (select ? id, ? x) s on (t.id = s.id or t.x = s.x) when matched then delete",
                "merge into orders t using (select ? id, ? x) s on (t.id = s.x) when matched then delete",
                "merge into orders t using (select id, x from others) s on (t.id = s.id) when matched then delete",
                "merge into orders t using (select ? id union select ? id) s on (t.id = s.id) when matched then delete",
                "merge into orders t using (select ? + 1 id) s on (t.id = s.id) when matched then delete",
                "merge into orders t using (select ? id) s on (t.id = s.id) when matched then update set id = 4",
                "merge into orders t using (select ? id) s on (t.id = s.id) when matched then update set x = 1, t.id = 4",
                "merge into orders t using (select ? id) s on (t.id = s.id) when matched then update set (x, id) = (1, 4)",
                "merge into orders t using (select ? id) s on (t.id = s.id) when matched then update set x = case when x = 1"
                        + " then 2 end, id = 4",
                "merge into orders t using (select ? id) s on (t.id = s.id) when not matched then insert (x) values (1)",
                "merge into orders t using (select ? id) s on (t.id = s.id) when not matched then insert (id) values (7)",
                "merge into orders t using (select ? id) s on (t.id = s.id) when not matched then insert values (7)",
                "merge into orders t using (select ? id) t on (t.id = t.id) when matched then delete",
                "merge into order_lines t using (select ? order_id, ? position) s on (t.order_id = s.order_id) when matched"
                        + " then delete",
            })
    void aMergeThatMayConcernOtherRecordsIsNotNamed(String sql) {
        assertThat(reader.read(sql)).isInstanceOf(Unnamed.class);
    }

    @Test
    void aMergeByAKeyOfSeveralColumnsIsNamed() {
        assertThat(reader.read("merge into order_lines t using (select ? x, ? position, ? order_id) s on (t.order_id ="
                        + " s.order_id and t.position = s.position) when matched then update set x = s.x"))
                .isInstanceOfSatisfying(
                        Named.class,
                        named -> assertThat(named.keys())
                                .isEqualTo(List.of(List.of(new Operand.Mark(3), new Operand.Mark(2)))));
    }

    @Test
    void severalKeysAreSeveralRecords() {
        assertThat(reader.read("delete from orders where id in (?, ?, 7)"))
                .isInstanceOfSatisfying(
                        Named.class, named -> assertThat(named.keys()).hasSize(3));
        assertThat(reader.read("insert into order_lines (order_id, position, x) values (?, 1, ?), (?, -2, ?)"))
                .isInstanceOfSatisfying(
                        Named.class,
                        named -> assertThat(named.keys())
                                .isEqualTo(List.of(
                                        List.of(new Operand.Mark(1), new Operand.Literal(new java.math.BigDecimal(1))),
                                        List.of(
                                                new Operand.Mark(3),
                                                new Operand.Literal(new java.math.BigDecimal(-2))))));
        assertThat(reader.read("delete from order_lines where position = ? and order_id = ?"))
                .isInstanceOfSatisfying(
                        Named.class,
                        named -> assertThat(named.keys())
                                .isEqualTo(List.of(List.of(new Operand.Mark(2), new Operand.Mark(1)))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into orders (status) values (?)",
                "insert into orders (id, status) values (default, ?)",
                "insert into orders (id, status) values (next value for s, ?)",
                "insert into orders default values",
                "insert into orders (status) values (?) returning id",
            })
    void theDatabaseCompletesTheKey(String sql) {
        assertThat(reader.read(sql)).isInstanceOfSatisfying(Generated.class, generated -> {
            assertThat(generated.rows()).hasSize(1);
            assertThat(generated.answers()).isEqualTo(sql.contains("returning"));
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update orders o set status = ? where o.status = ?",
                "update orders o set status = ? where o.id = ? or o.status = 'x'",
                "update orders o set status = ? where (o.id = ?)",
                "update orders o set status = ? where o.id = ? + 1",
                "update orders o set status = ? where not o.id = ?",
                "update orders o set status = ? where o.id = ? || ''",
                "update orders o set status = ? where case when a = 1 and id = ? and b = 2 then 1 else 0 end = 1",
                "update orders o set status = ? where o.id in (select order_id from order_lines where x = ?)",
                "update orders o set status = ? where o.status like replace(?,'\\\\','\\\\\\\\')",
                "update orders o set status = ? where o.id = 'a\\\\b' or o.status = ?",
            })
    void theRestIsLookedFor(String sql) {
        assertThat(reader.read(sql)).isInstanceOfSatisfying(Searched.class, searched -> {
            assertThat(searched.query()).startsWith(" from orders o where ");
            assertThat(searched.firstMark()).isEqualTo(2);
            assertThat(searched.marks()).isOne();
        });
    }

    @Test
    void aKeyThatEnginesReadDifferentlyIsLookedFor() {
        assertThat(reader.read("delete from orders where id = 'a\\\\b'"))
                .isInstanceOfSatisfying(
                        Searched.class,
                        searched -> assertThat(searched.query()).isEqualTo(" from orders where id = 'a\\\\b'"));
    }

    @Test
    void aConditionThatSaysOnlyAPartOfAKeyIsLookedFor() {
        assertThat(reader.read("delete from order_lines where order_id = ?"))
                .isInstanceOfSatisfying(
                        Searched.class,
                        searched -> assertThat(searched.query()).isEqualTo(" from order_lines where order_id = ?"));
        assertThat(reader.read("delete from orders")).isInstanceOf(Searched.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into orders select * from staging",
                "insert into orders values (1, 'x')",
                "insert into orders (id) values (?) on duplicate key update status = 'x'",
                "insert into orders (id, code) values (?, ?) on conflict (code) do update set status = 'x'",
                "replace into orders (id) values (?)",
                "merge into orders using staging on (orders.id = staging.id) when matched then update set x = 1",
                "update orders set id = ? where id = ?",
                "update orders o set status = s.status from staging s where s.id = o.id",
                "update orders, staging set orders.status = 1 where orders.id = 1",
                "update orders set status = ? order by id limit 1",
                "delete from orders using staging where orders.id = staging.id",
                "delete s from orders o where o.id = 1",
                "delete o from orders o join staging s on s.id = o.id",
                "with x as (update orders set status = 1 returning id) select * from x",
                "truncate table orders",
                "copy orders from stdin",
                "update orders set status = 'it\\'s' where id = 1",
                "update orders set status = 'it\\' where id = 1 -- '",
                "update orders set status = \"it\\\\\" where id = 1",
                "replace into orders (id, status) values (1, 'it\\'s')",
                "with x as (insert into orders (status) values ('it\\'s') returning id) select * from x",
                "/*! update */ orders set status = 1 where id = 1",
                "update orders set status = 1 where id = 1; update orders set status = 2 where id = 2",
                "call do_it()",
                "{call do_it(?)}",
                "execute orders_plan",
                "do $$ begin perform 1; end $$",
            })
    void whatIsNotUnderstoodMayChangeEverythingThatItMentions(String sql) {
        assertThat(reader.read(sql)).isInstanceOf(Unnamed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into orders select * from staging",
                "insert into orders values (1, 'x')",
                "insert into orders (status) select status from orders where id = ? on conflict do nothing",
                "insert into orders (id, code) values (?, ?) on conflict (code) do update set status = excluded.status",
                "insert into orders (id, status) values (upper(?), ?)",
                "insert into order_lines select order_id, position + 1 from order_lines",
            })
    void someDatabasesTellWhatWasAdded(String sql) {
        assertThat(reader(true).read(sql))
                .isInstanceOfSatisfying(
                        Generated.class,
                        added -> assertThat(added.rows())
                                .satisfiesAnyOf(
                                        rows -> assertThat(rows).isNull(),
                                        rows -> assertThat(sql).contains("upper")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into orders select * from staging returning id",
                "insert into orders (id, code) values (?, ?) on conflict (code) do update set x = 1 returning id",
                "select id from final table (insert into orders select * from staging)",
                "insert into orders with x as (delete from orders where id = 1 returning *) select * from x",
                "insert into orders (id) values (?) on duplicate key update status = 'x'",
                "insert into orders (id, code) values (?, ?) on conflict (code) do update set id = 7",
                "insert into orders (id, code) values (?, ?) on conflict (code) do update set (code, id) = (1, 7)",
                "insert into orders (id, code) values (?, ?) on conflict (id) do update set (code, id) = (1, 7)",
                "replace into orders (id) values (?)",
                "merge into orders (id, code) select * from staging",
            })
    void anInsertThatMayChangeOthersOrAnswersIsNotToldByThem(String sql) {
        assertThat(reader(true).read(sql)).isInstanceOf(Unnamed.class);
    }

    @Test
    void changesAndCommandsInOneTextCannotBeSeparated() {
        assertThat(reader.read("update orders set x = 1 where id = 1; commit")).isInstanceOf(Inseparable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rollback to savepoint s",
                "commit",
                "create table orders (id int)",
                "set x = 1",
                "lock table orders"
            })
    void commandsAreNoChanges(String sql) {
        Command expected = new Command(sql.startsWith("rollback") ? Command.Kind.TAKES_BACK : Command.Kind.OTHER);
        assertThat(reader.read(sql)).isEqualTo(expected);
        assertThat(EffectReader.atFirstGlance(sql)).isEqualTo(expected);
    }

    @Test
    void temporaryTablesCommitNothingWhereThatIsKnown() {
        Command temporary = (Command) reader.read("create local temporary table ht_orders (id bigint)");
        Command again = (Command) reader.read("DROP TEMPORARY TABLE ht_orders");
        Command dropped = (Command) reader.read("drop table ht_orders");
        Command created = (Command) reader.read("create table temporary_table (id bigint)");

        assertThat(temporary.commitsNothing("PostgreSQL")).isTrue();
        assertThat(again.commitsNothing("MariaDB")).isTrue();
        assertThat(temporary.commitsNothing("H2")).isFalse();
        assertThat(dropped.commitsNothing("PostgreSQL")).isTrue();
        assertThat(dropped.commitsNothing("MariaDB")).isFalse();
        assertThat(created.commitsNothing("MariaDB")).isFalse();
    }
}
