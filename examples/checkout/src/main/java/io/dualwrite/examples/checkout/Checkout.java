package io.dualwrite.examples.checkout;

import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.providers.memory.Flag;
import dev.openfeature.sdk.providers.memory.InMemoryProvider;
import io.dualwrite.degrade.NonCritical;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.stage.Stage;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * A shop whose checkout has one thing that must work, the order, and two that need not: recommendations, and the database
 * that the orders are moving to. Both die; orders go through; afterwards nothing is missing.
 */
public final class Checkout {
    private static final List<String> BESTSELLERS = List.of("a pen");

    private final Orders orders;
    private final NonCritical<List<String>> recommendations;
    private final Shop shop;

    /** What else the customer may like: a service somewhere else. */
    interface Shop {
        List<String> recommend(String article) throws Exception;
    }

    /** What the customer sees. */
    record Receipt(Order order, List<String> recommended) {}

    Checkout(Orders orders, NonCritical<List<String>> recommendations, Shop shop) {
        this.orders = orders;
        this.recommendations = recommendations;
        this.shop = shop;
    }

    Receipt place(Order order) {
        orders.insert(order);
        return new Receipt(order, recommendations.call(order.article(), () -> shop.recommend(order.article())));
    }

    /** Runs the story and prints what happens. */
    public static void main(String... arguments) throws Exception {
        run(System.out);
    }

    static void run(PrintStream out) throws Exception {
        Cable legacy = new Cable("checkout-legacy");
        Cable next = new Cable("checkout-next");
        Cable service = new Cable("checkout-recommendations");
        for (DataSource database : List.of(legacy, next)) {
            execute(database, "create table orders (id bigint primary key, article varchar(100) not null)");
        }
        OpenFeatureAPI flags = OpenFeatureAPI.getInstance();
        flags.setProviderAndWait(new InMemoryProvider(Map.of(
                "orders-stage",
                Flag.builder()
                        .variant("begun", "dualwrite")
                        .variant("not", "off")
                        .defaultVariant("begun")
                        .build())));
        Table<Order, Long> table = Jdbc.table("orders", Order.class, Long.class).key(Order::id);
        try (NonCritical<List<String>> recommendations = NonCritical.named("recommendations", BESTSELLERS)
                        .deadline(Duration.ofMillis(200))
                        .lastGood(Duration.ofHours(1), 1_000)
                        .build();
                JdbcMigration migration = Jdbc.migration("checkout", legacy, next)
                        .records(table)
                        .stage(FeatureFlag.of(flags.getClient(), "orders-stage"))
                        .createTables(true)
                        .attestedBy("checkout team")
                        .build()) {
            Orders orders = migration.decorate(Orders.class, Orders.InTable::new, Orders.InTable::new);
            migration.start();
            // As the flag wishes, without waiting for the next time that it is asked.
            migration.moveTo(Stage.DUAL_WRITE);
            out.println("stage " + migration.stage());

            Checkout checkout = new Checkout(orders, recommendations, article -> {
                service.getConnection().close();
                return List.of("what goes with " + article);
            });
            out.println(checkout.place(new Order(1, "ink")));

            next.pull();
            service.pull();
            out.println("recommendations and the new database are dead");
            out.println(checkout.place(new Order(2, "ink")));
            out.println(checkout.place(new Order(3, "paper")));
            out.println("degraded: " + recommendations.state().isDegraded() + ", substitutes: "
                    + recommendations.state().substitutes());

            next.plugIn();
            service.plugIn();
            out.println("both are back");
            out.println(checkout.place(new Order(4, "paper")));
            out.println("degraded: " + recommendations.state().isDegraded());
            boolean drained = migration.awaitDrained(Duration.ofSeconds(30));
            out.println("nothing open: " + drained + "; orders: " + count(legacy) + " and " + count(next) + ", stage "
                    + (migration.stage() == Stage.DUAL_WRITE ? "as before" : "moved"));
        } finally {
            flags.shutdown();
        }
    }

    private static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from orders")) {
            row.next();
            return row.getLong(1);
        }
    }
}
