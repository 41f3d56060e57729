package io.dualwrite.jdbc;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;

/** A customer has orders; on the target both have other table and column names, and a column more. */
final class Shop {
    record Customer(long id, String name) {}

    record Order(long id, long customer, String note) {}

    static final Table<Customer, Long> CUSTOMERS = Jdbc.table("customer", Customer.class, Long.class)
            .key(Customer::id)
            .keyColumns("id")
            .to("customers")
            .mapping(
                    row -> row.rename("name", "full_name"),
                    row -> row.rename("full_name", "name").without("rating"));

    static final Table<Order, Long> ORDERS = Jdbc.table("orders", Order.class, Long.class)
            .key(Order::id)
            .keyColumns("o_id")
            .to("orders_v2")
            .targetKeyColumns("id")
            .mapping(
                    row -> row.rename("o_id", "id")
                            .rename("o_customer", "customer_id")
                            .rename("o_note", "note"),
                    row -> row.rename("id", "o_id")
                            .rename("customer_id", "o_customer")
                            .rename("note", "o_note"))
            .references(CUSTOMERS, "o_customer", "customer_id");

    final Sides<TestDatabase> databases;
    final JdbcParts made;
    final Board board;
    final List<RecordId> committed = new CopyOnWriteArrayList<>();

    Shop(Engine origin, Engine target) {
        this(new Sides<>(origin.create(), target.create()), List.of(ORDERS, CUSTOMERS));
    }

    Shop(Sides<TestDatabase> databases, List<Table<?, ?>> tables) {
        this(databases, Sides.each(side -> databases.of(side).pool()), tables);
    }

    /** With connections of one's own to these databases. */
    Shop(Sides<TestDatabase> databases, Sides<DataSource> pools, List<Table<?, ?>> tables) {
        this(databases, pools, tables, new Limits(Duration.ofSeconds(5), Duration.ofMillis(100)));
    }

    Shop(Sides<TestDatabase> databases, Sides<DataSource> pools, List<Table<?, ?>> tables, Limits limits) {
        this.databases = databases;
        this.made = new JdbcParts(new JdbcParts.Declaration(
                "shop",
                pools,
                Sides.each(side -> databases.of(side).pool()),
                tables,
                limits,
                true,
                false,
                Pace.real()));
        this.board = new Board(Sides.each(side -> made.controls().of(side)));
    }

    /** Creates the tables of both sides. */
    Shop withTables() {
        origin().run(
                        "create table customer (id bigint primary key, name varchar(100))",
                        "create table orders (o_id bigint primary key, o_customer bigint not null references customer(id),"
                                + " o_note varchar(100))");
        target().run(
                        "create table customers (id bigint primary key, full_name varchar(100),"
                                + " rating integer default 7)",
                        "create table orders_v2 (id bigint primary key, customer_id bigint not null"
                                + " references customers(id), note varchar(100))");
        return this;
    }

    /** Puts both control rows to what they are at SHADOW. */
    Shop atShadow() {
        set(Side.ORIGIN, new ControlRow(Role.AUTHORITY, Stage.SHADOW, 0, 0, true, 1, null));
        set(Side.TARGET, new ControlRow(Role.COPY, Stage.OFF, 0, 0, false, 1, null));
        board.refresh();
        return this;
    }

    /** Puts both control rows to what they are at LIVE. */
    Shop atLive() {
        set(Side.ORIGIN, new ControlRow(Role.COPY, Stage.SHADOW, 1, 0, true, 1, null));
        set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
        board.refresh();
        return this;
    }

    ControlRow set(Side side, ControlRow next) {
        ControlRows control = made.controls().of(side);
        ControlRow now = control.change(control.read(), next);
        if (now == null) {
            throw new AssertionError("Nobody else changes rows here");
        }
        return now;
    }

    /** Transactions with so much patience; what was committed is noted, and a closing that expired is opened. */
    JdbcTransactions transactions(Duration writersWait) {
        return made.transactions(new FenceContext(
                board,
                committed::addAll,
                side -> {
                    ControlRow row = made.controls().of(side).read();
                    if (row.isExpired()) {
                        made.controls().of(side).change(row, row.authority(row.stage()));
                    }
                },
                writersWait,
                Pace.real()));
    }

    TestDatabase origin() {
        return databases.origin();
    }

    TestDatabase target() {
        return databases.target();
    }

    /** The keys in a side's journal, oldest first. */
    List<String> journal(Side side) {
        return databases
                .of(side)
                .rows("select record_type, record_key from dualwrite_journal where side = ? order by id", side.name());
    }

    static List<RecordId> ids(Table<?, Long> table, long... keys) {
        List<RecordId> ids = new ArrayList<>();
        for (long key : keys) {
            ids.add(table.id(key));
        }
        return ids;
    }
}
