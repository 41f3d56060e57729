package io.dualwrite.examples.twodatabases;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Stage;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** A whole migration of one table between two in-memory databases. */
public final class TwoDatabases {
    private TwoDatabases() {}

    /** Moves three orders and prints where they are. */
    public static void main(String[] args) throws Exception {
        JdbcConnectionPool legacy = JdbcConnectionPool.create("jdbc:h2:mem:legacy", "sa", "");
        JdbcConnectionPool next = JdbcConnectionPool.create("jdbc:h2:mem:next", "sa", "");
        execute(
                legacy,
                "create table orders (id bigint primary key, customer varchar(100), total decimal(12, 2),"
                        + " status char(1))",
                "insert into orders values (1, 'Ada', 10.50, 'O')");
        execute(
                next,
                "create table orders_v2 (id bigint primary key, customer_name varchar(100), total_cents bigint,"
                        + " status varchar(10))");
        try {
            System.out.println(migrate(legacy, next));
        } finally {
            legacy.dispose();
            next.dispose();
        }
    }

    static Stage migrate(DataSource legacy, DataSource next) throws Exception {
        Order second = new Order(2, "Grace", new BigDecimal("20.00"), "O");
        Order third = new Order(3, "Edsger", new BigDecimal("30.00"), "O");
        // README
        Table<Order, Long> table = Jdbc.table("orders", Order.class, Long.class)
                .key(Order::id)
                .to("orders_v2")
                .mapping(OrderMapping::toNew, OrderMapping::toOld); // a row to a row, and back

        try (JdbcMigration shop = Jdbc.migration("shop", legacy, next) // two DataSources
                .records(table) // what shares transactions moves together
                .createTables(true) // of the library: journal, control rows, ...
                .attestedBy("orders team") // nobody writes past the library
                .build()) { // throws once, with everything that is wrong in the declaration

            OrderRepository orders = shop.decorate(OrderRepository.class, LegacyOrders::new, NextOrders::new);
            shop.start(); // needs nothing of the target

            shop.moveTo(Stage.DUAL_WRITE);
            orders.insert(second); // a fenced transaction of its own, with its intent
            shop.inTransaction(
                    () -> { // or one around several calls
                        orders.insert(third);
                        orders.deleteById(2);
                    });

            shop.backfill();
            VerifyReport report = shop.verify(VerifyPolicy.REPAIR);
            for (int passes = 1; passes < 5 && !report.isClean(); passes++) {
                report = shop.verify(VerifyPolicy.REPAIR); // clean once a pass has had nothing to repair
            }
            if (!report.isClean()) { // something cannot be repaired, or is spoilt again: mend that, then verify
                throw new IllegalStateException("Not equal: " + report.samples()); // which records, and in which fields
            }

            shop.moveTo(Stage.LIVE); // orders now writes to the target
            shop.moveTo(Stage.SHADOW); // ... and back to the origin, nothing restored
            shop.moveTo(Stage.RAMP_DOWN);
            shop.approve(Stage.COMPLETE, "orders team"); // there is no way back from it
            return shop.moveTo(Stage.COMPLETE);
        }
        // end
    }

    private static void execute(DataSource database, String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
