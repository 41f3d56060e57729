package io.dualwrite.spring.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.config.EnableDualWrite;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.annotation.Version;
import org.springframework.data.jdbc.repository.config.AbstractJdbcConfiguration;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.repository.ListCrudRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionManager;

/** Aggregates of Spring Data JDBC, whose parts are deleted and inserted anew at each save. */
class DataJdbcCaptureTest {
    private final DataSource origin = database();
    private final DataSource target = database();

    public record Item(@Id Long id, String sku) {}

    @org.springframework.data.relational.core.mapping.Table
    public record Cart(@Id Long id, @Version int version, String owner, Set<Item> items) {}

    @DualWrite("carts")
    interface Carts extends ListCrudRepository<Cart, Long> {}

    @Configuration(proxyBeanMethods = false)
    @EnableDualWrite
    @EnableJdbcRepositories(considerNestedRepositories = true)
    static class Application extends AbstractJdbcConfiguration {
        @Bean
        NamedParameterJdbcOperations operations(DataSource dataSource) {
            return new NamedParameterJdbcTemplate(dataSource);
        }

        @Bean
        TransactionManager transactionManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }
    }

    @Test
    void savedChangedAndDeletedAggregatesFollow() throws InterruptedException {
        Table<Cart, Long> carts =
                Jdbc.table("cart", Cart.class, Long.class).key(Cart::id).identity();
        try (JdbcMigration migration = Jdbc.migration("carts", origin, target)
                        .records(
                                carts,
                                Jdbc.table("item", Item.class, Long.class)
                                        .key(Item::id)
                                        .identity()
                                        .references(carts, "cart", "cart"))
                        .createTables(true)
                        .attestedBy("the tests")
                        .build();
                AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.registerBean(
                    DataSource.class,
                    () -> new CapturingDataSource(
                            origin, Side.ORIGIN, () -> migration, UnnamedChanges.REFUSE, Duration.ofSeconds(10)));
            context.registerBean(JdbcMigration.class, () -> migration);
            context.register(Application.class);
            context.refresh();
            Carts repository = context.getBean(Carts.class);
            assertThat(((Advised) repository).getAdvisors())
                    .extracting(advisor -> advisor.getAdvice().getClass().getSimpleName())
                    .contains("ParticipationAdvice");
            migration.moveTo(Stage.DUAL_WRITE);

            Cart ada =
                    repository.save(new Cart(null, 0, "Ada", Set.of(new Item(null, "apple"), new Item(null, "pear"))));
            Cart grace = repository.save(new Cart(null, 0, "Grace", Set.of(new Item(null, "plum"))));
            assertSame(migration, 2, 3);

            repository.save(new Cart(ada.id(), ada.version(), "Ada L.", Set.of(new Item(null, "fig"))));
            repository.deleteById(grace.id());
            assertSame(migration, 1, 1);

            repository.deleteAll();
            assertSame(migration, 0, 0);
        }
    }

    private void assertSame(JdbcMigration migration, int carts, int items) throws InterruptedException {
        assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(rows(target, "cart")).hasSize(carts).isEqualTo(rows(origin, "cart"));
        assertThat(rows(target, "item")).hasSize(items).isEqualTo(rows(origin, "item"));
    }

    private static List<?> rows(DataSource side, String table) {
        return new JdbcTemplate(side).queryForList("SELECT * FROM " + table + " ORDER BY id");
    }

    private static DataSource database() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        Stream.of(
                        "CREATE TABLE cart (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, version INT,"
                                + " owner VARCHAR(40))",
                        "CREATE TABLE item (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, sku VARCHAR(40),"
                                + " cart BIGINT REFERENCES cart)")
                .forEach(jdbc::execute);
        return dataSource;
    }
}
