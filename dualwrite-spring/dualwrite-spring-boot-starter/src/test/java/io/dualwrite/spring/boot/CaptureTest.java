package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.spring.relational.RoutedAggregates;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** An application whose code knows nothing of the library: properties and a Table bean are all there is. */
class CaptureTest {
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    BootLine.named("DataSourceAutoConfiguration"),
                    BootLine.named("DataSourceTransactionManagerAutoConfiguration"),
                    BootLine.named("JdbcTemplateAutoConfiguration"),
                    BootLine.named("JdbcClientAutoConfiguration"),
                    DualwriteAutoConfiguration.class))
            .withUserConfiguration(Shop.Target.class, Shop.Tables.class)
            .withPropertyValues(
                    "spring.datasource.url=" + origin(),
                    "dualwrite.migrations.shop.attested-by=the tests",
                    "dualwrite.migrations.shop.create-tables=true");

    @Test
    void whatAnApplicationWritesReachesTheTarget() {
        application.withPropertyValues("dualwrite.migrations.shop.capture=true").run(context -> {
            JdbcMigration migration = context.getBean(JdbcMigration.class);
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            TransactionTemplate transaction =
                    new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            migration.moveTo(Stage.DUAL_WRITE);

            jdbc.sql("insert into orders (id, customer) values (1, 'Ada'), (2, 'Grace')")
                    .update();
            transaction.executeWithoutResult(status -> jdbc.sql("delete from orders where customer = :name")
                    .param("name", "Grace")
                    .update());

            assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
            assertThat(onTarget(context)).isEqualTo("Ada");
        });
    }

    @Test
    void bothSidesCaptureAndTheMigrationItselfDoesNot() {
        application
                .withPropertyValues(
                        "dualwrite.migrations.shop.capture=true",
                        "dualwrite.migrations.shop.unnamed-changes=whole-table")
                .run(context -> {
                    DataSource own = context.getBean(DataSource.class);

                    assertThat(own).isInstanceOf(CapturingDataSource.class);
                    assertThat(context.getBean("next")).isInstanceOf(CapturingDataSource.class);
                    assertThat(CapturingDataSource.behind(own)).isInstanceOf(HikariDataSource.class);
                    assertThat(DataSourceUnwrapper.unwrap(own, HikariDataSource.class))
                            .isNotNull();
                    assertThat(context.getBean(DualwriteProperties.class)
                                    .migrations()
                                    .get("shop")
                                    .unnamedChanges())
                            .isEqualTo(UnnamedChanges.WHOLE_TABLE);
                });
    }

    @Test
    void onlyWhereTheDataSourceFollowsIsSpringDataJdbcRouted() {
        application
                .withPropertyValues("dualwrite.migrations.shop.capture=true")
                .run(context -> assertThat(context).doesNotHaveBean(RoutedAggregates.class));
        application
                .withPropertyValues("dualwrite.migrations.shop.follow-authority=true")
                .run(context -> assertThat(context).hasSingleBean(RoutedAggregates.class));
    }

    @Test
    void anApplicationsOwnDataSourceFollowsTheAuthorityThereAndBack() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        BootLine.named("DataSourceAutoConfiguration"),
                        BootLine.named("DataSourceTransactionManagerAutoConfiguration"),
                        BootLine.named("JdbcTemplateAutoConfiguration"),
                        BootLine.named("JdbcClientAutoConfiguration"),
                        DualwriteAutoConfiguration.class))
                .withUserConfiguration(SameTable.class)
                .withPropertyValues(
                        "spring.datasource.url=" + origin(),
                        "next.url=" + origin(),
                        "dualwrite.migrations.shop.attested-by=the tests",
                        "dualwrite.migrations.shop.create-tables=true",
                        "dualwrite.migrations.shop.follow-authority=true")
                .run(context -> {
                    JdbcMigration migration = context.getBean(JdbcMigration.class);
                    JdbcClient jdbc = context.getBean(JdbcClient.class);
                    TransactionTemplate transaction =
                            new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
                    migration.moveTo(Stage.DUAL_WRITE);
                    jdbc.sql("insert into orders (id, customer) values (1, 'Ada')")
                            .update();
                    migration.backfill();
                    migration.verify(VerifyPolicy.REPAIR);

                    migration.moveTo(Stage.LIVE);
                    transaction.executeWithoutResult(
                            status -> jdbc.sql("insert into orders (id, customer) values (2, 'Grace')")
                                    .update());
                    assertThat(rows(context, "next")).isEqualTo(2);

                    migration.moveTo(Stage.SHADOW);
                    jdbc.sql("delete from orders").update();
                    assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
                    assertThat(rows(context, "dataSource")).isZero();
                    assertThat(rows(context, "next")).isZero();
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class SameTable {
        @Bean(defaultCandidate = false)
        @Qualifier("target") DataSource next(@Value("${next.url}") String url) {
            return DataSourceBuilder.create().url(url).build();
        }

        @Bean
        Table<Shop.Order, Long> ordersTable() {
            return Jdbc.table("orders", Shop.Order.class, Long.class).key(Shop.Order::id);
        }
    }

    /** What is really there, seen by nobody else's DataSource. */
    private static int rows(ApplicationContext context, String bean) {
        DataSource behind = CapturingDataSource.behind(context.getBean(bean, DataSource.class));
        return new JdbcTemplate(behind).queryForObject("SELECT COUNT(*) FROM orders", Integer.class);
    }

    @Test
    void aDataSourceOfSeveralMigrationsFollowsNone() {
        application
                .withPropertyValues(
                        "dualwrite.migrations.shop.follow-authority=true",
                        "dualwrite.migrations.archive.capture=true",
                        "dualwrite.migrations.archive.tables=ordersTable",
                        "dualwrite.migrations.shop.tables=ordersTable")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("belongs to several migrations"));
    }

    /** See docs/pitfalls.md for the others. */
    @Test
    void pitfall14_noBeanIsMadeBeforeAllPostProcessorsAreThere() {
        List<Integer> whenMade = new ArrayList<>();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class))
                .withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withBean(
                        "counted", DataSource.class, () -> Shop.database("CREATE TABLE orders (id BIGINT PRIMARY KEY)"))
                .withInitializer(context -> context.addBeanFactoryPostProcessor(beans ->
                        beans.addBeanPostProcessor(new BeanPostProcessor() {
                            @Override
                            public Object postProcessBeforeInitialization(Object bean, String name) {
                                if (bean instanceof DataSource || bean instanceof JdbcMigration) {
                                    whenMade.add(beans.getBeanPostProcessorCount());
                                }
                                return bean;
                            }
                        })))
                .withPropertyValues(
                        "dualwrite.migrations.shop.create-tables=true", "dualwrite.migrations.shop.capture=true")
                .run(context -> {
                    int all = ((ConfigurableApplicationContext) context)
                            .getBeanFactory()
                            .getBeanPostProcessorCount();
                    assertThat(whenMade).hasSize(3).containsOnly(all);
                });
    }

    @Test
    void dataSourcesAreLeftAloneWhereNothingIsCaptured() {
        application.run(context -> assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class));
        application
                .withPropertyValues("dualwrite.migrations.shop.capture=true", "dualwrite.enabled=false")
                .run(context -> assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class));
    }

    private static String onTarget(ApplicationContext context) {
        return new JdbcTemplate(context.getBean("next", DataSource.class))
                .queryForObject("SELECT customer FROM orders_v2", String.class);
    }

    private static String origin() {
        String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;USER=sa";
        new JdbcTemplate(new DriverManagerDataSource(url))
                .execute("CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40))");
        return url;
    }
}
