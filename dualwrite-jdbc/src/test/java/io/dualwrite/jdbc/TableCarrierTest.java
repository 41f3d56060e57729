package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class TableCarrierTest {
    record Line(long order, String article) {}

    private final Engine origin;
    private final Engine target;
    private final Shop shop;

    TableCarrierTest(Engine origin, Engine target) {
        this.origin = origin;
        this.target = target;
        this.shop = new Shop(origin, target).withTables().atShadow();
    }

    @Test
    void aNewRecordIsInserted() throws Exception {
        shop.origin().run("insert into customer values (1, 'Ada')");
        carry(Shop.ids(Shop.CUSTOMERS, 1));
        assertThat(shop.target().rows("select id, full_name, rating from customers"))
                .containsExactly("1,Ada,7");
    }

    @Test
    void aChangedRecordIsUpdatedInItsMappedColumnsOnly() throws Exception {
        shop.origin().run("insert into customer values (1, 'Ada')");
        shop.target().run("insert into customers values (1, 'Eve', 3)");
        carry(Shop.ids(Shop.CUSTOMERS, 1));
        assertThat(shop.target().rows("select id, full_name, rating from customers"))
                .containsExactly("1,Ada,3");
    }

    @Test
    void aRecordThatIsGoneIsDeletedAndOneThatNeverWasIsNoError() throws Exception {
        shop.target().run("insert into customers values (1, 'Eve', 3), (2, 'Bob', 1)");
        carry(Shop.ids(Shop.CUSTOMERS, 1, 99));
        assertThat(shop.target().rows("select id from customers")).containsExactly("2");
    }

    @Test
    void nothingAtAllIsWritten() throws Exception {
        shop.origin().run("insert into customer values (1, null)");
        shop.target().run("insert into customers values (1, 'Eve', 3)");
        carry(Shop.ids(Shop.CUSTOMERS, 1));
        assertThat(shop.target().rows("select full_name from customers")).containsExactly("null");
    }

    @Test
    void hundredsOfRecordsAreCarriedAtOnceAndTwiceIsAsOnce() throws Exception {
        shop.origin().run("insert into customer select n, 'c' || n from (" + origin.numbers(1, 700) + ") x");
        shop.target().run("insert into customers select n, 'stale', 1 from (" + target.numbers(300, 900) + ") x");
        List<RecordId> all =
                Shop.ids(Shop.CUSTOMERS, LongStream.rangeClosed(1, 900).toArray());
        carry(all);
        carry(all);
        assertThat(shop.target().rows("select id, full_name from customers order by id"))
                .isEqualTo(shop.origin().rows("select id, name from customer order by id"))
                .hasSize(700);
    }

    @Test
    void ofRecordsThatLieCloseTogetherNoneInBetweenIsTouched() throws Exception {
        shop.origin().run("insert into customer select n, 'c' || n from (" + origin.numbers(1, 700) + ") x");
        shop.target().run("insert into customers select n, 'stale', 1 from (" + target.numbers(1, 600) + ") x");
        List<RecordId> even = Shop.ids(
                Shop.CUSTOMERS,
                LongStream.rangeClosed(1, 350).map(number -> 2 * number).toArray());
        Collections.shuffle(even, new Random(350));
        carry(even);
        assertThat(shop.target().rows("select id, full_name from customers order by id"))
                .isEqualTo(LongStream.rangeClosed(1, 700)
                        .filter(id -> id % 2 == 0 || id <= 600)
                        .mapToObj(id -> id + "," + (id % 2 == 0 ? "c" + id : "stale"))
                        .toList());
    }

    @Test
    void hundredsOfRecordsAtBothEndsOfWhatNumbersCanSayAreCarriedAtOnce() throws Exception {
        long[] ids = LongStream.rangeClosed(1, 200)
                .flatMap(number -> LongStream.of(number - Long.MAX_VALUE, Long.MAX_VALUE - number))
                .toArray();
        shop.origin()
                .run("insert into customer values "
                        + LongStream.of(ids)
                                .mapToObj(id -> "(" + id + ", 'far')")
                                .collect(Collectors.joining(", ")));
        carry(Shop.ids(Shop.CUSTOMERS, ids));
        assertThat(shop.target().rows("select id, full_name from customers order by id"))
                .isEqualTo(shop.origin().rows("select id, name from customer order by id"))
                .hasSize(400);
    }

    @Test
    void onTheWayBackTheOriginIsWritten() throws Exception {
        shop.atLive();
        shop.target().run("insert into customers values (1, 'Ada', 3)");
        shop.origin().run("insert into customer values (2, 'gone')");
        shop.made.carrier().carry(Side.TARGET, new HashSet<>(Shop.ids(Shop.CUSTOMERS, 1, 2)), null);
        assertThat(shop.origin().rows("select id, name from customer")).containsExactly("1,Ada");
    }

    @Test
    void aSideThatIsNoCopyIsNotWritten() {
        shop.origin().run("insert into customer values (1, 'Ada')");
        shop.atLive();
        assertThatThrownBy(() -> carry(Shop.ids(Shop.CUSTOMERS, 1)))
                .isInstanceOf(NotACopyException.class)
                .hasMessageContaining("AUTHORITY");
        assertThat(shop.target().count("customers")).isZero();
    }

    @Test
    void aParentThatTheCopyLacksIsBroughtAlong() throws Exception {
        shop.origin().run("insert into customer values (1, 'Ada')", "insert into orders values (10, 1, 'first')");
        carry(Shop.ids(Shop.ORDERS, 10));
        assertThat(shop.target().rows("select id, customer_id, note from orders_v2"))
                .containsExactly("10,1,first");
        assertThat(shop.target().rows("select id, full_name from customers")).containsExactly("1,Ada");
        assertThat(unconfirmed()).containsExactlyInAnyOrder(Shop.ORDERS.id(10L), Shop.CUSTOMERS.id(1L));
    }

    @Test
    void aDeletedParentTakesTheChildrenAlongThatTheCopyStillHas() throws Exception {
        shop.target()
                .run(
                        "insert into customers values (1, 'Ada', 3), (2, 'Bob', 3)",
                        "insert into orders_v2 values (10, 1, 'gone'), (11, 1, 'moved'), (12, 2, 'kept')");
        shop.origin()
                .run(
                        "insert into customer values (2, 'Bob')",
                        "insert into orders values (11, 2, 'moved'), (12, 2, 'kept')");
        carry(Shop.ids(Shop.CUSTOMERS, 1));
        assertThat(shop.target().rows("select id from customers")).containsExactly("2");
        assertThat(shop.target().rows("select id, customer_id from orders_v2 order by id"))
                .containsExactly("11,2", "12,2");
    }

    @Test
    void tablesAreNotLookedAtAgainForParentsAndChildrenThatAreBroughtAlong() throws Exception {
        shop.origin().run("insert into customer values (1, 'Ada')", "insert into orders values (10, 1, 'first')");
        SideTable there = orders(shop.made.places().origin());
        SideTable here = orders(shop.made.places().target());
        carry(Shop.ids(Shop.ORDERS, 10));
        shop.origin().run("delete from orders", "delete from customer");
        carry(Shop.ids(Shop.CUSTOMERS, 1));
        assertThat(shop.target().count("customers")).isZero();
        assertThat(orders(shop.made.places().origin())).isSameAs(there);
        assertThat(orders(shop.made.places().target())).isSameAs(here);
    }

    @Test
    void parentsAndChildrenOfOneBatchComeAndGoInTheRightOrder() throws Exception {
        shop.origin().run("insert into customer values (1, 'Ada')", "insert into orders values (10, 1, 'x')");
        Set<RecordId> both = new LinkedHashSet<>(Shop.ids(Shop.ORDERS, 10));
        both.addAll(Shop.ids(Shop.CUSTOMERS, 1));
        carry(both);
        assertThat(shop.target().count("orders_v2")).isEqualTo(1);
        shop.origin().run("delete from orders", "delete from customer");
        Set<RecordId> parentFirst = new LinkedHashSet<>(Shop.ids(Shop.CUSTOMERS, 1));
        parentFirst.addAll(Shop.ids(Shop.ORDERS, 10));
        carry(parentFirst);
        assertThat(shop.target().count("orders_v2") + shop.target().count("customers"))
                .isZero();
    }

    @Test
    void uniqueValuesChangePlacesAndGoFromOneRecordToAnother() throws Exception {
        for (String nullable : List.of("", " not null")) {
            Shop swap = new Shop(origin, target).withTables().atShadow();
            swap.origin().run("insert into customer values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'gone')");
            swap.target().run("alter table customers drop column full_name");
            swap.target().run("alter table customers add full_name varchar(100)" + nullable + " unique");
            swap.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(Shop.CUSTOMERS, 1, 2, 3, 4)), null);
            swap.origin()
                    .run(
                            "update customer set name = case id when 1 then 'b' when 2 then 'c' else 'a' end where id < 4",
                            "delete from customer where id = 4",
                            "insert into customer values (5, 'gone')");
            swap.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(Shop.CUSTOMERS, 1)), null);
            swap.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(Shop.CUSTOMERS, 5)), null);
            assertThat(swap.target().rows("select id, full_name, rating from customers order by id"))
                    .containsExactly("1,b,7", "2,c,7", "3,a,7", "5,gone,7");
        }
    }

    @Test
    void aUniqueValueThatCannotBeParkedGoesOverFromARecordThatIsGone() throws Exception {
        record Link(long id) {}
        Table<Link, Long> links = Jdbc.table("link", Link.class, Long.class)
                .key(Link::id)
                .references(Shop.CUSTOMERS, "a", "a")
                .references(Shop.CUSTOMERS, "b", "b");
        Shop linked = new Shop(shop.databases, List.of(links, Shop.CUSTOMERS));
        String columns = "id bigint primary key, a bigint not null references %1$s(id),"
                + " b bigint not null references %1$s(id), unique (a, b)";
        linked.origin()
                .run(
                        "create table link (" + columns.formatted("customer") + ")",
                        "insert into customer values (1, 'Ada'), (2, 'Eve')",
                        "insert into link values (10, 1, 2)");
        linked.target().run("create table link (" + columns.formatted("customers") + ")");
        linked.made.carrier().carry(Side.ORIGIN, Set.of(links.id(10L)), null);
        linked.origin().run("delete from link", "insert into link values (11, 1, 2)");
        linked.made.carrier().carry(Side.ORIGIN, Set.of(links.id(11L)), null);
        assertThat(linked.target().rows("select id, a, b from link")).containsExactly("11,1,2");
    }

    @Test
    void whatTheCopyRejectsFailsAndLeavesNothing() {
        shop.target().run("alter table customers add constraint short check (full_name <> 'bad')");
        shop.origin().run("insert into customer values (1, 'good'), (2, 'bad')");
        assertThatThrownBy(() -> carry(Shop.ids(Shop.CUSTOMERS, 1, 2))).isInstanceOf(SQLException.class);
        assertThat(shop.target().count("customers")).isZero();
        assertThat(unconfirmed()).isEmpty();
    }

    @Test
    void whatWasWrittenIsToBeRechecked() throws Exception {
        shop.origin().run("insert into customer values (1, 'Ada')");
        carry(Shop.ids(Shop.CUSTOMERS, 1, 2));
        carry(Shop.ids(Shop.CUSTOMERS, 1));
        assertThat(unconfirmed()).containsExactlyInAnyOrderElementsOf(Shop.ids(Shop.CUSTOMERS, 1, 2));
    }

    @Test
    void withACheckpointThatIsSavedInstead() throws Exception {
        shop.origin().run("insert into customer values (1, 'Ada')");
        Checkpoint first = new Checkpoint(Checkpoint.BACKFILL, "customer", 1, "1", 1, false);
        Checkpoint second = new Checkpoint(Checkpoint.BACKFILL, "customer", 1, "2", 2, true);
        for (Checkpoint each : List.of(first, second)) {
            shop.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(Shop.CUSTOMERS, 1)), each);
            assertThat(new JdbcCheckpoints(shop.made.places().target()).find(Checkpoint.BACKFILL, "customer", 1))
                    .isEqualTo(Optional.of(each));
        }
        assertThat(unconfirmed()).isEmpty();
    }

    @Test
    void aMappingThatChangesTheKeyIsRefused() {
        Table<Shop.Customer, Long> wrong =
                Shop.CUSTOMERS.mapping(row -> row.rename("name", "full_name").with("id", 99L), row -> row);
        Shop other = new Shop(shop.databases, List.of(wrong));
        shop.origin().run("insert into customer values (1, 'Ada')");
        assertThatThrownBy(() -> other.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(wrong, 1)), null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("changes its key");
        assertThat(shop.target().count("customers")).isZero();
    }

    @Test
    void aColumnThatTheCopyLacksIsNamed() {
        shop.origin()
                .run("alter table customer add city varchar(10)", "insert into customer values (1, 'Ada', 'Bonn')");
        assertThatThrownBy(() -> carry(Shop.ids(Shop.CUSTOMERS, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("city")
                .hasMessageNotContaining("Bonn");
        shop.target().run("alter table customers add city varchar(10)");
        assertThatCode(() -> carry(Shop.ids(Shop.CUSTOMERS, 1))).doesNotThrowAnyException();
        assertThat(shop.target().rows("select full_name, city from customers")).containsExactly("Ada,Bonn");
    }

    @Test
    void compositeKeysReservedWordsAndOddLettersAreQuoted() throws Exception {
        record Kept(Line key, String text) {}
        Table<Kept, Line> lines =
                Jdbc.table("Order Line", Kept.class, Line.class).key(Kept::key);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run("create table \"Order Line\" (\"order\" bigint, \"Art\" varchar(20), \"select\" varchar(20),"
                            + " primary key (\"order\", \"Art\"))");
        }
        databases.origin().run("insert into \"Order Line\" values (1, 'a|b', 'x'), (1, 'a', 'y'), (2, 'a', 'z')");
        databases.target().run("insert into \"Order Line\" values (2, 'a', 'old'), (3, 'a', 'old')");
        Shop odd = new Shop(databases, List.of(lines)).atShadow();
        odd.made
                .carrier()
                .carry(
                        Side.ORIGIN,
                        Set.of(
                                lines.id(new Line(1, "a|b")),
                                lines.id(new Line(1, "a")),
                                lines.id(new Line(2, "a")),
                                lines.id(new Line(3, "a"))),
                        null);
        String all = "select * from \"Order Line\" order by 1, 2";
        assertThat(databases.target().rows(all))
                .isEqualTo(databases.origin().rows(all))
                .hasSize(3);
    }

    @Test
    void textAndUuidKeysAreCarriedBetweenColumnsOfEitherType() throws Exception {
        record Device(UUID id, String name) {}
        Table<Device, UUID> devices =
                Jdbc.table("device", Device.class, UUID.class).key(Device::id);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        databases.origin().run("create table device (id uuid primary key, name varchar(20))");
        databases.target().run("create table device (id varchar(36) primary key, name varchar(20))");
        UUID id = UUID.fromString("8c1f24a0-0000-4000-8000-00000000000a");
        databases.origin().run("insert into device values ('" + id + "', 'radio')");
        Shop odd = new Shop(databases, List.of(devices)).atShadow();
        odd.made.carrier().carry(Side.ORIGIN, Set.of(devices.id(id)), null);
        assertThat(databases.target().rows("select id, name from device")).containsExactly(id + ",radio");
        odd.atLive();
        databases.origin().run("delete from device");
        odd.made.carrier().carry(Side.TARGET, Set.of(devices.id(id)), null);
        assertThat(databases.origin().rows("select id, name from device")).containsExactly(id + ",radio");
    }

    @Test
    void columnsThatTheDatabaseNumbersOrComputesAreLeftToTheirRules() throws Exception {
        record Numbered(Long id, int price) {}
        Table<Numbered, Long> numbered =
                Jdbc.table("numbered", Numbered.class, Long.class).key(Numbered::id);
        Sides<TestDatabase> databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            Engine engine = databases.of(side).engine();
            String stored = engine == Engine.POSTGRES ? " stored" : "";
            databases
                    .of(side)
                    .run("create table numbered (id " + engine.numbered().replace("by default", "always")
                            + " primary key, price integer, twice integer generated always as (price * 2)" + stored
                            + ")");
        }
        databases.origin().run("insert into numbered (price) values (5), (6)");
        Shop odd = new Shop(databases, List.of(numbered)).atShadow();
        odd.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(numbered, 1, 2)), null);
        odd.made.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(numbered, 1, 2)), null);
        assertThat(databases.target().rows("select id, price, twice from numbered order by id"))
                .containsExactly("1,5,10", "2,6,12");
    }

    private void carry(Iterable<RecordId> records) throws Exception {
        Set<RecordId> batch = new LinkedHashSet<>();
        records.forEach(batch::add);
        shop.made.carrier().carry(Side.ORIGIN, batch, null);
    }

    private SideTable orders(Place place) throws SQLException {
        return shop.made.tables().at(place, Shop.ORDERS.name());
    }

    private List<RecordId> unconfirmed() {
        try {
            return new RecheckList(shop.made.places().target()).oldest(100);
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }
}
