package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A copy that answers, and has no room left. */
final class FullCopyTest {
    private static final int CUSTOMERS = 60;
    /** Attempts after which a record of which a copy says anything else would be quarantined. */
    private static final int ATTEMPTS = 2;

    enum Copy {
        /** Its table has no room for more than some rows, and what the server says of it is what it says of a full disk. */
        MARIADB(Engine.MARIADB, "HY000", "'customers' is full") {
            @Override
            Runnable fill(TestDatabase database) {
                database.run("set statement max_heap_table_size = 16384 for alter table customers engine = memory");
                return () -> database.run("alter table customers engine = InnoDB");
            }
        },
        /** The file of its table lies where there is never any space left on the device. */
        POSTGRES(Engine.POSTGRES, "53100", "No space left on device") {
            @Override
            Runnable fill(TestDatabase database) {
                Path file = Path.of(database.value(
                        "select current_setting('data_directory') || '/'" + " || pg_relation_filepath('customers')"));
                Path aside = file.resolveSibling(file.getFileName() + ".aside");
                run(() -> Files.move(file, aside));
                run(() -> Files.createSymbolicLink(file, Path.of("/dev/full")));
                return () -> {
                    run(() -> Files.delete(file));
                    run(() -> Files.move(aside, file));
                };
            }
        };

        private final Engine engine;
        private final String state;
        private final String message;

        Copy(Engine engine, String state, String message) {
            this.engine = engine;
            this.state = state;
            this.message = message;
        }

        /** Leaves no room in the empty table of customers; running what it returns makes some. */
        abstract Runnable fill(TestDatabase database);
    }

    private interface FileAction {
        void run() throws IOException;
    }

    private static void run(FileAction action) {
        try {
            action.run();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCopyThatIsFullStopsNoWriteAndGetsEverythingOnceThereIsRoom(Copy copy) throws Exception {
        // Connections of their own: one that was there before knows the table's file.
        Sides<TestDatabase> databases = new Sides<>(Engine.H2.create(), copy.engine.createUnpooled());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases.target().run("drop table orders_v2");
        List<MigrationEvent> events = new CopyOnWriteArrayList<>();
        try (JdbcMigration migration = migration(databases, events)) {
            migration.moveTo(Stage.DUAL_WRITE);
            migration.backfill();
            migration.moveTo(Stage.SHADOW);
            migration.start();
            Runnable makeRoom = copy.fill(databases.target());
            Customers customers = Customers.of(migration);
            for (int id = 1; id <= CUSTOMERS; id++) {
                customers.save(new Customer(id, "customer " + id));
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> events.stream()
                                    .filter(TransferFailed.class::isInstance)
                                    .count()
                            > 3 * ATTEMPTS);
            assertThat(databases.origin().count("customer")).isEqualTo(CUSTOMERS);
            assertThat(events)
                    .filteredOn(TransferFailed.class::isInstance)
                    .allMatch(event -> ((TransferFailed) event).fault().kind().contains("[" + copy.state + "]"));
            assertThatThrownBy(() -> databases.target().run("insert into customers (id) values (0)"))
                    .hasStackTraceContaining(copy.message);
            assertThat(migration.backlog().open()).isPositive();
            assertThat(migration.backlog().quarantined()).isZero();

            makeRoom.run();
            assertThat(migration.awaitDrained(Duration.ofSeconds(60))).isTrue();
            assertThat(databases.target().rows("select id, full_name from customers order by id"))
                    .isEqualTo(databases.origin().rows("select id, name from customer order by id"))
                    .hasSize(CUSTOMERS);
            assertThat(events).noneMatch(Quarantined.class::isInstance);
            assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        }
    }

    private static JdbcMigration migration(Sides<TestDatabase> databases, List<MigrationEvent> events) {
        return Jdbc.migration(
                        "shop", databases.origin().pool(), databases.target().pool())
                .records(Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .relay(RelaySettings.defaults()
                        .withBatch(10)
                        .withAttempts(ATTEMPTS, Duration.ofMillis(10), Duration.ofMillis(20)))
                .copyBreaker(CircuitBreaker.of(
                        "copy",
                        CircuitBreakerConfig.custom()
                                .waitDurationInOpenState(Duration.ofMillis(50))
                                .build()))
                .listener(events::add)
                .build();
    }
}
