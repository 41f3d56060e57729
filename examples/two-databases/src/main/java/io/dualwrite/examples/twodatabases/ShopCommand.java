package io.dualwrite.examples.twodatabases;

import io.dualwrite.command.DualwriteCommand;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** The command line of the shop's migration: a {@code main} that is shipped with the application. */
public final class ShopCommand {
    private ShopCommand() {}

    // PAGE
    /** Started with the application's own configuration, beside it or alone. */
    public static void main(String[] args) {
        DataSource legacy = JdbcConnectionPool.create(System.getenv("LEGACY_URL"), "sa", "");
        DataSource next = JdbcConnectionPool.create(System.getenv("NEXT_URL"), "sa", "");
        int exit;
        try (JdbcMigration shop = migration(legacy, next)) { // declared once, for the application and for this
            exit = DualwriteCommand.run(shop, args);
        }
        System.exit(exit); // after the migration was closed
    }
    // end

    static JdbcMigration migration(DataSource legacy, DataSource next) {
        Table<Order, Long> table = Jdbc.table("orders", Order.class, Long.class)
                .key(Order::id)
                .to("orders_v2")
                .mapping(OrderMapping::toNew, OrderMapping::toOld);
        return Jdbc.migration("shop", legacy, next)
                .records(table)
                .createTables(true)
                .attestedBy("orders team")
                .build();
    }
}
