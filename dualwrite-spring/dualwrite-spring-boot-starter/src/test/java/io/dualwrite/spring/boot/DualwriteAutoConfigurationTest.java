package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.event.MigrationEvent.StageMoved;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.flag.StageSource;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.MigrationCustomizer;
import io.dualwrite.spring.MigrationFactory;
import io.dualwrite.spring.MigrationLifecycle;
import io.dualwrite.spring.SpringRepositories;
import io.dualwrite.spring.boot.Shop.JdbcOrders;
import io.dualwrite.spring.boot.Shop.Order;
import io.dualwrite.spring.boot.Shop.Orders;
import io.dualwrite.stage.Stage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

class DualwriteAutoConfigurationTest {
    private static final Order ORDER = new Order(1, "Ada");

    private final ApplicationContextRunner empty =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class));

    private final ApplicationContextRunner shop = empty.withUserConfiguration(
                    Shop.Origin.class, Shop.Target.class, Shop.Tables.class)
            .withPropertyValues(
                    "dualwrite.migrations.shop.attested-by=the tests", "dualwrite.migrations.shop.create-tables=true");

    @Test
    void aMigrationIsMadeOfPropertiesAndBeansAndItsWritesReachTheTarget() {
        shop.withUserConfiguration(Repositories.class).run(context -> {
            JdbcMigration migration = context.getBean("shopMigration", JdbcMigration.class);
            Orders orders = context.getBean(Orders.class);
            migration.moveTo(Stage.DUAL_WRITE);

            orders.save(ORDER);

            assertThat(orders.findById(1)).containsExactly(ORDER);
            assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
            assertThat(onTarget(context)).isEqualTo(1);
        });
    }

    @Test
    void anApplicationStartsAndWritesWhileItsTargetIsUnreachable() {
        empty.withUserConfiguration(
                        Shop.Origin.class, Shop.UnreachableTarget.class, Shop.Tables.class, Repositories.class)
                .withPropertyValues("dualwrite.migrations.shop.create-tables=true")
                .run(context -> {
                    Orders orders = context.getBean(Orders.class);

                    orders.save(ORDER);

                    assertThat(orders.findById(1)).containsExactly(ORDER);
                    assertThat(context.getBean(JdbcMigration.class).obstacles(Stage.DUAL_WRITE))
                            .isNotEmpty();
                });
    }

    @Test
    void theStageOfThePropertiesIsWalkedTo() {
        shop.withPropertyValues("dualwrite.migrations.shop.stage=dual-write").run(context -> {
            JdbcMigration migration = context.getBean(JdbcMigration.class);

            await().until(migration::stage, Stage.DUAL_WRITE::equals);
        });
    }

    @Test
    void aStageSourceBeanIsTheFlagAndComesBeforeTheProperty() {
        shop.withBean(StageSource.class, () -> new SettableStage(Stage.OFF))
                .withPropertyValues("dualwrite.migrations.shop.stage=dual-write")
                .run(context -> {
                    JdbcMigration migration = context.getBean(JdbcMigration.class);

                    migration.refresh();
                    assertThat(migration.stage()).isEqualTo(Stage.OFF);

                    context.getBean(SettableStage.class).set(Stage.DUAL_WRITE);
                    await().until(migration::stage, Stage.DUAL_WRITE::equals);
                });
    }

    @Test
    void theCopyIsVerifiedContinuouslyOnlyWhereThePropertiesSaySo() {
        List<RoundVerified> rounds = new CopyOnWriteArrayList<>();
        ApplicationContextRunner listening = shop.withBean(MigrationListener.class, () -> event -> {
            if (event instanceof RoundVerified round) {
                rounds.add(round);
            }
        });
        listening.run(context -> assertThat(threads()).noneMatch("dualwrite-shop-continuous"::equals));

        listening
                .withPropertyValues(
                        "dualwrite.migrations.shop.verify-continuously=true",
                        "dualwrite.migrations.shop.verify-records-per-second=100000",
                        "dualwrite.migrations.shop.verify-policy=report")
                .run(context -> {
                    assertThat(threads()).contains("dualwrite-shop-continuous");
                    new JdbcTemplate(context.getBean("legacy", DataSource.class))
                            .update("INSERT INTO orders VALUES (1, 'Ada')");
                    JdbcMigration migration = context.getBean(JdbcMigration.class);
                    migration.moveTo(Stage.DUAL_WRITE);
                    migration.backfill();

                    await().until(() ->
                            rounds.stream().anyMatch(round -> round.type().equals("orders") && round.clean()));
                    assertThat(onTarget(context)).isEqualTo(1);
                });
    }

    @Test
    void listenersMetersAndCustomizersAreTheApplications() {
        List<MigrationEvent> heard = new CopyOnWriteArrayList<>();
        List<String> customized = new CopyOnWriteArrayList<>();
        shop.withBean(MigrationListener.class, () -> heard::add)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(MigrationCustomizer.class, () -> (migration, builder) -> customized.add(migration))
                .run(context -> {
                    context.getBean(JdbcMigration.class).moveTo(Stage.DUAL_WRITE);

                    assertThat(heard).contains(new StageMoved(Stage.JOURNAL, Stage.DUAL_WRITE));
                    assertThat(context.getBean(MeterRegistry.class).getMeters())
                            .anyMatch(meter -> meter.getId().getName().startsWith("dualwrite"));
                    assertThat(customized).containsExactly("shop");
                });
    }

    @Test
    void eachMigrationIsInjectedByItsName() {
        empty.withUserConfiguration(Shop.Origin.class, Shop.Target.class, Shop.Tables.class, ByName.class)
                .withPropertyValues(
                        "dualwrite.migrations.shop.create-tables=true",
                        "dualwrite.migrations.shop.tables=ordersTable",
                        "dualwrite.migrations.archive.create-tables=true",
                        "dualwrite.migrations.archive.tables=ordersTable")
                .run(context ->
                        assertThat(context.getBean(ByName.Names.class).names()).containsExactly("shop", "archive"));
    }

    @Test
    void aMigrationOfTheApplicationsOwnTakesThePlaceOfTheDeclaredOneAndRunsToo() {
        shop.withUserConfiguration(OwnMigration.class).run(context -> {
            assertThat(context.getBean(JdbcMigration.class).name()).isEqualTo("mine");
            assertThat(context.getBean(MigrationLifecycle.class).isRunning()).isTrue();
        });
    }

    @Test
    void noThreadOfAMigrationOutlivesItsContext() {
        shop.run(context -> assertThat(threads()).isNotEmpty());

        assertThat(threads()).isEmpty();
    }

    @Test
    void beansDegradeWhereThePropertiesSaySo() {
        shop.withBean("ratings", Ratings.class, () -> () -> {
                    throw new IllegalStateException("down");
                })
                .withPropertyValues("dualwrite.degradation.ratings.deadline=10s")
                .run(context ->
                        assertThat(context.getBean(Ratings.class).rating()).isZero());
    }

    interface Ratings {
        int rating();
    }

    @Test
    void callsToTheCopyAreMadeOnVirtualThreadsWhereTheApplicationUsesThem() {
        AtomicBoolean originIsDown = new AtomicBoolean();
        List<String> threads = new CopyOnWriteArrayList<>();
        empty.withUserConfiguration(Shop.Tables.class, Repositories.class)
                .withBean(
                        "legacy",
                        DataSource.class,
                        () -> asked(Shop.Origin.database(), () -> {
                            if (originIsDown.get()) {
                                throw new SQLException("down", "08001");
                            }
                        }))
                .withBean(
                        "target",
                        DataSource.class,
                        () -> asked(Shop.Target.database(), () -> {
                            if (originIsDown.get()) {
                                threads.add(Thread.currentThread().getName());
                            }
                        }))
                .withPropertyValues(
                        "spring.threads.virtual.enabled=true",
                        "dualwrite.migrations.shop.origin=legacy",
                        "dualwrite.migrations.shop.attested-by=the tests")
                .run(context -> {
                    JdbcMigration migration = context.getBean(JdbcMigration.class);
                    Orders orders = context.getBean(Orders.class);
                    orders.save(ORDER);
                    migration.moveTo(Stage.DUAL_WRITE);
                    migration.backfill();
                    migration.moveTo(Stage.SHADOW);
                    // Once this node knows that the copy is fresh, it answers for an origin that is down.
                    await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
                        originIsDown.set(true);
                        try {
                            return orders.findById(1).equals(List.of(ORDER));
                        } finally {
                            originIsDown.set(false);
                        }
                    });
                    boolean virtual = Runtime.version().feature() >= 21;
                    assertThat(threads.stream().anyMatch(name -> name.startsWith("dualwrite-copy-")))
                            .isEqualTo(virtual);
                });
    }

    @FunctionalInterface
    private interface Asked {
        void on() throws SQLException;
    }

    private static DataSource asked(DataSource behind, Asked asked) {
        return new DelegatingDataSource(behind) {
            @Override
            public Connection getConnection() throws SQLException {
                asked.on();
                return super.getConnection();
            }
        };
    }

    @Test
    void switchedOffThereIsNoBeanOfTheLibrary() {
        shop.withPropertyValues("dualwrite.enabled=false").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context).doesNotHaveBean(JdbcMigration.class);
            assertThat(context).doesNotHaveBean(MigrationFactory.class);
            assertThat(context).doesNotHaveBean(MigrationLifecycle.class);
            assertThat(context).doesNotHaveBean(DualwriteProperties.class);
        });
    }

    private static long onTarget(ApplicationContext context) {
        Long rows = new JdbcTemplate(context.getBean("next", DataSource.class))
                .queryForObject("SELECT COUNT(*) FROM orders_v2", Long.class);
        return rows == null ? 0 : rows;
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("dualwrite-"))
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    static class Repositories {
        @Bean
        Orders orders(SpringRepositories repositories) {
            return repositories.decorate(Orders.class, JdbcOrders::legacy, JdbcOrders::next);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ByName {
        record Names(List<String> names) {}

        @Bean
        Names names(@Qualifier("shop") JdbcMigration shop, @Qualifier("archive") JdbcMigration archive) {
            return new Names(List.of(shop.name(), archive.name()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnMigration {
        @Bean
        JdbcMigration shopMigration() {
            DataSource origin = Shop.database("CREATE TABLE orders (id BIGINT PRIMARY KEY)");
            return Jdbc.migration("mine", origin, Shop.database())
                    .records(Jdbc.table("orders", Order.class, Long.class).key(Order::id))
                    .createTables(true)
                    .build();
        }
    }
}
