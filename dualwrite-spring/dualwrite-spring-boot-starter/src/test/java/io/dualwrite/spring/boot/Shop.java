package io.dualwrite.spring.boot;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** The application of these tests: orders, in a database of its own for each context. */
final class Shop {
    private Shop() {}

    record Order(long id, String customer) {}

    interface Orders {
        List<Order> findById(long id);

        void save(Order order);
    }

    record JdbcOrders(JdbcTemplate jdbc, String table) implements Orders {
        static JdbcOrders legacy(DataSource dataSource) {
            return new JdbcOrders(new JdbcTemplate(dataSource), "orders");
        }

        static JdbcOrders next(DataSource dataSource) {
            return new JdbcOrders(new JdbcTemplate(dataSource), "orders_v2");
        }

        @Override
        public List<Order> findById(long id) {
            return jdbc.query(
                    "SELECT id, customer FROM " + table + " WHERE id = ?",
                    (row, at) -> new Order(row.getLong(1), row.getString(2)),
                    id);
        }

        @Override
        public void save(Order order) {
            jdbc.update("MERGE INTO " + table + " (id, customer) VALUES (?, ?)", order.id(), order.customer());
        }
    }

    /** A database of its own in this process. */
    static DataSource database(String... statements) {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        List.of(statements).forEach(jdbc::execute);
        return dataSource;
    }

    @Configuration(proxyBeanMethods = false)
    static class Origin {
        @Bean
        @Primary
        DataSource legacy() {
            return database();
        }

        static DataSource database() {
            return Shop.database("CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40))");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Target {
        @Bean(defaultCandidate = false)
        @Qualifier("target") DataSource next() {
            return database();
        }

        static DataSource database() {
            return Shop.database("CREATE TABLE orders_v2 (id BIGINT PRIMARY KEY, customer VARCHAR(40))");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class UnreachableTarget {
        @Bean(defaultCandidate = false)
        @Qualifier("target") DataSource next() {
            return new AbstractDataSource() {
                @Override
                public Connection getConnection() throws SQLException {
                    throw new SQLException("nobody at jdbc:nowhere", "08001");
                }

                @Override
                public Connection getConnection(String user, String password) throws SQLException {
                    return getConnection();
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Tables {
        @Bean
        Table<Order, Long> ordersTable() {
            return Jdbc.table("orders", Order.class, Long.class).key(Order::id).to("orders_v2");
        }
    }
}
