package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Schema;
import io.dualwrite.stage.Side;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** The library's own tables are created as Spring Boot creates schemas: in embedded databases, always, or never. */
class TableCreationTest {
    private final ApplicationContextRunner shop = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class))
            .withUserConfiguration(Shop.Origin.class, Shop.Target.class, Shop.Tables.class)
            .withPropertyValues("dualwrite.migrations.shop.attested-by=the tests");

    private final ApplicationContextRunner halfEmbedded = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class))
            .withUserConfiguration(Shop.Origin.class, Shop.UnreachableTarget.class, Shop.Tables.class)
            .withPropertyValues("dualwrite.migrations.shop.attested-by=the tests");

    @Test
    void byDefaultTheyAreCreatedWhereBothDatabasesAreEmbedded() {
        shop.run(context -> assertThat(context.getBean(JdbcMigration.class).isSetUp(Side.ORIGIN))
                .isTrue());
        halfEmbedded.run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining("control row"));
    }

    @Test
    void alwaysAndNeverNeedNoDatabaseToAsk() {
        shop.withPropertyValues("dualwrite.jdbc.initialize-schema=never")
                .run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining("control row"));
        halfEmbedded
                .withPropertyValues("dualwrite.jdbc.initialize-schema=always")
                .run(context -> assertThat(context.getBean(JdbcMigration.class).isSetUp(Side.ORIGIN))
                        .isTrue());
    }

    @Test
    void aMigrationsOwnWordComesFirst() {
        shop.withPropertyValues(
                        "dualwrite.jdbc.initialize-schema=never", "dualwrite.migrations.shop.create-tables=true")
                .run(context -> assertThat(context).hasNotFailed());
        shop.withPropertyValues(
                        "dualwrite.jdbc.initialize-schema=always", "dualwrite.migrations.shop.create-tables=false")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void tablesThatSomebodyElseHasCreatedDo() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class))
                .withUserConfiguration(WithTables.class, Shop.Target.class, Shop.Tables.class)
                .withPropertyValues("dualwrite.jdbc.initialize-schema=never", "dualwrite.migrations.shop.stage=off")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Configuration(proxyBeanMethods = false)
    static class WithTables {
        @Bean
        DataSource legacy() throws Exception {
            DataSource database = Shop.database("CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40))");
            JdbcTemplate jdbc = new JdbcTemplate(database);
            Schema.of("shop", Side.ORIGIN, database).statements().forEach(jdbc::execute);
            return database;
        }
    }
}
