package io.dualwrite.spring.boot;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.SpringRepositories;
import io.dualwrite.spring.boot.Shop.JdbcOrders;
import io.dualwrite.spring.boot.Shop.Order;
import io.dualwrite.spring.boot.Shop.Orders;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The configuration on the page about Spring, which is held to be the same by a test. */
@Configuration
class OrdersMigration {
    @Bean(defaultCandidate = false)
    @Qualifier("target") DataSource next(@Value("${next.url}") String url) {
        return DataSourceBuilder.create().url(url).build();
    }

    @Bean
    Table<Order, Long> ordersTable() {
        return Jdbc.table("orders", Order.class, Long.class).key(Order::id).to("orders_v2");
    }

    @Bean
    Orders orders(SpringRepositories shop) {
        return shop.decorate(Orders.class, JdbcOrders::legacy, JdbcOrders::next);
    }
}
