package io.dualwrite.jdbc;

import io.dualwrite.command.DualwriteCommand;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.stage.Sides;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program that is in the middle of a backfill until somebody stops it. */
final class StoppedCommand {
    static final String IN_THE_MIDDLE = "in the middle";

    private StoppedCommand() {}

    public static void main(String[] args) {
        Sides<TestDatabase> databases = new Sides<>(Engine.H2.create(), Engine.H2.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases.origin().run("insert into customer values (1, 'one')");
        Table<Customer, Long> endless = Jdbc.table("customer", Customer.class, Long.class)
                .key(Customer::id)
                .keyColumns("id")
                .to("customers")
                .mapping(StoppedCommand::endless, row -> row.rename("full_name", "name"));
        try (JdbcMigration migration = Jdbc.migration(
                        "shop", databases.origin().pool(), databases.target().pool())
                .records(endless)
                .createTables(true)
                .attestedBy("this test")
                .build()) {
            DualwriteCommand.run(migration, "move", "dualwrite");
            System.exit(DualwriteCommand.run(migration, "backfill", "--machine"));
        }
    }

    private static Row endless(Row row) {
        System.out.println(IN_THE_MIDDLE);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
        return row.rename("name", "full_name");
    }
}
