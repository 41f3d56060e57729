package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.store.Store;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a store is made of: the cheapest call there is, and the cheapest database. */
public enum Backend {
    /** A map in this process: some nanoseconds a call, so that everything around it shows. */
    MAP {
        @Override
        Opened open(String name) {
            return new Opened(new MapOrders(new ConcurrentHashMap<>()), () -> {});
        }
    },
    /** H2 in this process and in memory behind a pool: some microseconds a call; a network would add hundreds. */
    H2 {
        @Override
        Opened open(String name) throws SQLException {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl("jdbc:h2:mem:" + name);
            config.setMaximumPoolSize(4);
            HikariDataSource pool = new HikariDataSource(config);
            try (Connection connection = pool.getConnection();
                    PreparedStatement create = connection.prepareStatement(
                            "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40), cents BIGINT)")) {
                create.execute();
            }
            return new Opened(new H2Orders(pool), pool::close);
        }
    };

    /** A store and how to end it. */
    record Opened(Store<Order, Long> store, Runnable close) {}

    /** A store of its own, empty. */
    abstract Opened open(String name) throws SQLException;

    private record MapOrders(Map<Long, Order> orders) implements Store<Order, Long> {
        @Override
        public @Nullable Order find(Long key) {
            return orders.get(key);
        }

        @Override
        public void save(Order order) {
            orders.put(order.id(), order);
        }

        @Override
        public void delete(Long key) {
            orders.remove(key);
        }
    }

    /** One statement a call, in a transaction of its own. */
    private record H2Orders(HikariDataSource pool) implements Store<Order, Long> {
        @Override
        public @Nullable Order find(Long key) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement select =
                            connection.prepareStatement("SELECT customer, cents FROM orders WHERE id = ?")) {
                select.setLong(1, key);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? new Order(key, row.getString(1), row.getLong(2)) : null;
                }
            }
        }

        @Override
        public void save(Order order) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement merge =
                            connection.prepareStatement("MERGE INTO orders (id, customer, cents) VALUES (?, ?, ?)")) {
                merge.setLong(1, order.id());
                merge.setString(2, order.customer());
                merge.setLong(3, order.cents());
                merge.executeUpdate();
            }
        }

        @Override
        public void delete(Long key) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement delete = connection.prepareStatement("DELETE FROM orders WHERE id = ?")) {
                delete.setLong(1, key);
                delete.executeUpdate();
            }
        }
    }
}
