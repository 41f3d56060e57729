package io.dualwrite.examples.twodatabases;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.stage.Stage;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Optional;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

class TwoDatabasesTest {
    @Test
    void theSnippetMovesEveryOrder() throws Exception {
        JdbcConnectionPool legacy = JdbcConnectionPool.create("jdbc:h2:mem:snippet-legacy;DB_CLOSE_DELAY=-1", "sa", "");
        JdbcConnectionPool next = JdbcConnectionPool.create("jdbc:h2:mem:snippet-next;DB_CLOSE_DELAY=-1", "sa", "");
        try (Connection connection = legacy.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table orders (id bigint primary key, customer varchar(100),"
                    + " total decimal(12, 2), status char(1))");
            statement.execute("insert into orders values (1, 'Ada', 10.50, 'O')");
        }
        try (Connection connection = next.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table orders_v2 (id bigint primary key, customer_name varchar(100),"
                    + " total_cents bigint, status varchar(10))");
        }

        assertThat(TwoDatabases.migrate(legacy, next)).isEqualTo(Stage.COMPLETE);

        NextOrders orders = new NextOrders(next);
        assertThat(orders.findById(1)).contains(new Order(1, "Ada", new BigDecimal("10.50"), "O"));
        assertThat(orders.findById(2)).isEqualTo(Optional.empty());
        assertThat(orders.findById(3)).contains(new Order(3, "Edsger", new BigDecimal("30.00"), "O"));
        legacy.dispose();
        next.dispose();
    }
}
