package io.dualwrite.examples.orders.shop;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;

/** The tables of both schemas. Creating them again changes nothing. */
public final class Schemas {
    private static final List<String> LEGACY =
            List.of("create sequence if not exists customer_ids", "create sequence if not exists order_ids", """
            create table if not exists customer (
                c_custkey bigint default next value for customer_ids primary key,
                c_name varchar(25) not null,
                c_address varchar(40) not null,
                c_nationkey integer not null,
                c_phone char(15) not null,
                c_acctbal decimal(12, 2) not null,
                c_mktsegment char(10) not null,
                c_comment varchar(117) not null,
                c_revision integer not null)
            """, """
            create table if not exists orders (
                o_orderkey bigint default next value for order_ids primary key,
                o_custkey bigint not null references customer (c_custkey),
                o_orderstatus char(1) not null,
                o_totalprice decimal(12, 2) not null,
                o_orderdate date not null,
                o_orderpriority varchar(15) not null,
                o_clerk char(15) not null,
                o_comment varchar(79) not null,
                o_revision integer not null)
            """);

    private static final List<String> NEXT = List.of(
            "create sequence if not exists customers_id_seq",
            "create sequence if not exists sales_orders_id_seq",
            """
            create table if not exists customers (
                id bigint default %1$s primary key,
                name varchar(40) not null,
                address varchar(80) not null,
                nation_id integer not null,
                phone_country integer not null,
                phone_number varchar(20) not null,
                balance_cents bigint not null,
                segment varchar(20) not null,
                note varchar(200) not null,
                revision bigint not null)
            """,
            """
            create table if not exists sales_orders (
                id bigint default %2$s primary key,
                customer_id bigint not null references customers (id),
                state varchar(10) not null check (state in ('OPEN', 'FINISHED', 'PARTIAL')),
                total_cents bigint not null,
                ordered_on date not null,
                priority_rank integer not null,
                priority_label varchar(15) not null,
                clerk_number integer not null,
                note varchar(200) not null,
                revision bigint not null)
            """,
            "create index if not exists sales_orders_customer on sales_orders (customer_id)");

    private Schemas() {}

    /** Creates the legacy schema on an H2 database. */
    public static void createLegacy(DataSource legacy) {
        run(legacy, LEGACY);
    }

    /** Creates the new schema on an H2 or a PostgreSQL database. */
    public static void createNext(DataSource next) {
        String nextValue = isPostgres(next) ? "nextval('%s')" : "next value for %s";
        String customerId = nextValue.formatted("customers_id_seq");
        String orderId = nextValue.formatted("sales_orders_id_seq");
        run(next, NEXT.stream().map(ddl -> ddl.formatted(customerId, orderId)).toList());
    }

    /** Empties a legacy database whose loading was not finished, or begins one. */
    public static void startOver(DataSource legacy) {
        run(legacy, List.of("drop all objects"));
        createLegacy(legacy);
    }

    /** Has the new schema generate ids from this one on. */
    public static void skipUsedIds(DataSource next, long firstId) {
        run(
                next,
                List.of(
                        "alter sequence customers_id_seq restart with " + firstId,
                        "alter sequence sales_orders_id_seq restart with " + firstId));
    }

    private static boolean isPostgres(DataSource source) {
        try (Connection connection = source.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            return product.toLowerCase(Locale.ROOT).contains("postgres");
        } catch (SQLException e) {
            throw new StoreException("the product's name", e);
        }
    }

    private static void run(DataSource source, List<String> statements) {
        String at = "connect";
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                at = text;
                statement.execute(text);
            }
        } catch (SQLException e) {
            throw new StoreException(at, e);
        }
    }
}
