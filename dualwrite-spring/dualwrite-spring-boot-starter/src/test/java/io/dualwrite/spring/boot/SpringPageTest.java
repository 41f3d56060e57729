package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.boot.Shop.Order;
import io.dualwrite.spring.boot.Shop.Orders;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What docs/spring.md says is so. */
class SpringPageTest {
    private static final Path PAGE = Path.of("../../docs/spring.md");

    @Test
    void itsConfigurationMovesAnApplicationWithSpringBootsOwnDataSourceAndTransactions() {
        String origin = database("orders");
        String target = database("orders_v2");
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        BootLine.named("DataSourceAutoConfiguration"),
                        BootLine.named("DataSourceTransactionManagerAutoConfiguration"),
                        DualwriteAutoConfiguration.class))
                .withUserConfiguration(OrdersMigration.class)
                .withPropertyValues(
                        "spring.datasource.url=" + origin,
                        "next.url=" + target,
                        "dualwrite.migrations.shop.attested-by=the shop's team",
                        "dualwrite.migrations.shop.create-tables=true")
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);
                    JdbcMigration migration = context.getBean(JdbcMigration.class);
                    TransactionTemplate transactions =
                            new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
                    migration.moveTo(Stage.DUAL_WRITE);

                    transactions.executeWithoutResult(status -> orders.save(new Order(1, "Ada")));
                    transactions.executeWithoutResult(status -> {
                        orders.save(new Order(2, "rolled back"));
                        status.setRollbackOnly();
                    });

                    assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
                    assertThat(new JdbcTemplate(context.getBean("next", DataSource.class))
                                    .queryForList("SELECT id FROM orders_v2", Long.class))
                            .containsExactly(1L);
                });
    }

    @Test
    void itsConfigurationIsTheOneThatRuns() throws IOException {
        String page = Files.readString(PAGE);
        String code = page.substring(page.indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));

        assertThat(Files.readString(Path.of("src/test/java/io/dualwrite/spring/boot/OrdersMigration.java")))
                .containsIgnoringWhitespaces(code);
    }

    private static String database(String table) {
        String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;USER=sa";
        new JdbcTemplate(new DriverManagerDataSource(url))
                .execute("CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, customer VARCHAR(40))");
        return url;
    }
}
