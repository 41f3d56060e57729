package io.dualwrite.spring;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.MigrationFactory.Declaration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Two databases in this process, and a migration of orders from the one to the other. */
final class Shop implements AutoCloseable {
    static final Table<Order, Long> ORDERS =
            Jdbc.table("orders", Order.class, Long.class).key(Order::id);

    final DataSource origin = database();
    final DataSource target = database();
    final JdbcMigration migration = new MigrationFactory(List.of(), null, List.of())
            .create(
                    new Declaration("shop", origin, target, List.of(ORDERS)),
                    (name, builder) -> builder.createTables(true).attestedBy("the tests"));
    final Orders orders = new SpringRepositories(migration, origin, target)
            .decorate(Orders.class, Shop::repository, Shop::repository);

    record Order(long id, String customer) {}

    interface Orders {
        List<Order> findById(long id);

        void save(Order order);
    }

    private record JdbcOrders(JdbcTemplate jdbc) implements Orders {
        JdbcOrders(DataSource dataSource) {
            this(new JdbcTemplate(dataSource));
        }

        @Override
        public List<Order> findById(long id) {
            return Shop.ordersIn(jdbc, id);
        }

        @Override
        public void save(Order order) {
            jdbc.update("MERGE INTO orders (id, customer) VALUES (?, ?)", order.id(), order.customer());
        }
    }

    static Orders repository(DataSource dataSource) {
        return new JdbcOrders(dataSource);
    }

    static DataSource database() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        new JdbcTemplate(dataSource).execute("CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40))");
        return dataSource;
    }

    /** What is really there for everybody to see, outside of the thread's transaction. */
    static List<Order> committed(DataSource dataSource, long id) {
        return ordersIn(new JdbcTemplate(new DelegatingDataSource(dataSource)), id);
    }

    private static List<Order> ordersIn(JdbcTemplate jdbc, long id) {
        return jdbc.query(
                "SELECT id, customer FROM orders WHERE id = ?",
                (row, at) -> new Order(row.getLong(1), row.getString(2)),
                id);
    }

    @Override
    public void close() {
        migration.close();
    }
}
