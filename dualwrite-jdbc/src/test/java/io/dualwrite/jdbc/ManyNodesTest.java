package io.dualwrite.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.HandoverMeasured;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Several nodes on one pair of databases: such as know nothing yet, and such as share a small pool. */
@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class ManyNodesTest {
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Sides<TestDatabase> databases;

    ManyNodesTest(Engine origin, Engine target) {
        databases = new Sides<>(origin.create(), target.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases.origin().run("insert into customer values (1, 'one')");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void nodesThatSleptThroughAnyNumberOfStagesWriteWhereTheAuthorityIs() throws Exception {
        JdbcMigration mover = node(databases.origin().pool(), databases.target().pool());
        mover.start();
        List<Customers> stale = new ArrayList<>();
        AtomicLong keys = new AtomicLong(1);
        List<Stage> walk = List.of(
                Stage.OFF,
                Stage.DUAL_WRITE,
                Stage.SHADOW,
                Stage.LIVE,
                Stage.SHADOW,
                Stage.LIVE,
                Stage.RAMP_DOWN,
                Stage.COMPLETE);
        for (Stage stage : walk) {
            if (stage == Stage.SHADOW && !mover.stage().isBeyondFlip()) {
                mover.backfill();
            }
            if (stage == Stage.LIVE) {
                assertThat(mover.awaitDrained(Duration.ofSeconds(60))).isTrue();
                mover.verify(VerifyPolicy.REPAIR);
            }
            mover.approve(Stage.COMPLETE, "this test");
            mover.moveTo(stage);
            // One that knows this stage, and will know no other by itself; and one that knows nothing.
            JdbcMigration asleep =
                    node(databases.origin().pool(), databases.target().pool());
            asleep.refresh();
            assertThat(asleep.stage()).isEqualTo(stage);
            stale.add(Customers.of(asleep));
            stale.add(Customers.of(
                    node(databases.origin().pool(), databases.target().pool())));
            Side authority = stage.isBeyondFlip() ? Side.TARGET : Side.ORIGIN;
            for (Customers each : stale) {
                long key = keys.incrementAndGet();
                each.save(new Customer(key, "c" + key));
                assertThat(databases
                                .of(authority)
                                .rows("select id from " + (authority == Side.ORIGIN ? "customer" : "customers")
                                        + " where id = " + key))
                        .hasSize(1);
            }
            if (stage.write().followed()) {
                assertThat(mover.awaitDrained(Duration.ofSeconds(60))).isTrue();
            }
        }
        assertThat(databases.target().count("customers")).isEqualTo(keys.get());
    }

    @Test
    void fiftyWritersAndTheLibraryShareAPoolOfTwoThroughAFlipAndBack() throws Exception {
        Sides<DataSource> small = Sides.each(side -> pool(databases.of(side)));
        JdbcMigration node = node(small.origin(), small.target());
        Customers customers = Customers.of(node);
        node.start();
        node.moveTo(Stage.DUAL_WRITE);
        node.backfill();
        node.moveTo(Stage.SHADOW);
        assertThat(node.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong keys = new AtomicLong(1);
        CountDownLatch begun = new CountDownLatch(50);
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int number = 0; number < 50; number++) {
            writers.add(CompletableFuture.runAsync(
                    () -> {
                        begun.countDown();
                        while (!stop.get()) {
                            saveInSpiteOfDeadlocks(customers, new Customer(keys.incrementAndGet(), "x"));
                        }
                    },
                    task -> new Thread(task).start()));
        }
        begun.await();
        try {
            moveTo(node, Stage.LIVE);
            moveTo(node, Stage.SHADOW);
        } finally {
            stop.set(true);
        }
        for (CompletableFuture<Void> writer : writers) {
            writer.get(60, SECONDS);
        }
        assertThat(node.awaitDrained(Duration.ofSeconds(60))).isTrue();
        assertThat(databases.origin().count("customer"))
                .isEqualTo(keys.get())
                .isEqualTo(databases.target().count("customers"));
        assertThat(events).filteredOn(HandoverMeasured.class::isInstance).anySatisfy(event -> {
            HandoverMeasured measured = (HandoverMeasured) event;
            assertThat(measured.completed()).isTrue();
            assertThat(measured.steps().keySet())
                    .containsExactly("close", "drain", "confirm", "probe", "cede", "take over", "follow");
            assertThat(measured.closed()).isPositive();
        });
    }

    @Test
    void aCoordinatorInsideATransactionOfItsOwnThreadIsRefusedAtOnce() throws Exception {
        JdbcMigration node = node(databases.origin().pool(), databases.target().pool());
        node.start();
        node.inTransaction(() -> {
            assertThatThrownBy(() -> node.moveTo(Stage.DUAL_WRITE))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining(Thread.currentThread().getName())
                    .hasMessageContaining("inside a transaction");
            return true;
        });
        assertThat(node.stage()).isEqualTo(Stage.OFF);
    }

    @Test
    void whatIsInTheWayOfAStepIsTold() throws Exception {
        JdbcMigration node = node(
                databases.origin().pool(),
                databases.target().pool(),
                HandoverSettings.defaults().withBudget(Duration.ofSeconds(1)));
        node.start();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Thread writer = new Thread(
                () -> {
                    try {
                        node.inTransaction(() -> {
                            inside.countDown();
                            leave.await();
                            return true;
                        });
                    } catch (Exception failure) {
                        throw new IllegalStateException(failure);
                    }
                },
                "long-writer");
        writer.start();
        inside.await();
        assertThatThrownBy(() -> node.moveTo(Stage.DUAL_WRITE))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("thread long-writer of this process")
                .hasMessageContaining("session ");
        leave.countDown();
        writer.join();
    }

    @Test
    void whatBelongedToAnEarlierGenerationHoldsNothingInTheNextOne() throws Exception {
        JdbcMigration node = node(databases.origin().pool(), databases.target().pool());
        Customers customers = Customers.of(node);
        for (int round = 1; round <= 2; round++) {
            databases.origin().run("insert into customer values (" + 100 * round + ", 'past the library')");
            node.moveTo(Stage.DUAL_WRITE);
            assertThat(node.view().origin().generation()).isEqualTo(round);
            assertThat(node.obstacles(Stage.SHADOW)).singleElement().asString().contains("backfill");
            assertThat(node.backfill().rows()).isPositive();
            node.moveTo(Stage.SHADOW);
            assertThat(node.obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("no clean verification"));
            customers.save(new Customer(round + 1, "in generation " + round));
            assertThat(node.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
            node.approve(Stage.COMPLETE, "this test");
            node.moveTo(Stage.LIVE);
            node.moveTo(Stage.RAMP_DOWN);
            customers.save(new Customer(round + 1, "on the target " + round));
            node.moveTo(Stage.SHADOW);
            customers.save(new Customer(9, "poisoned " + round));
            node.moveTo(Stage.OFF);
            databases
                    .origin()
                    .run("update dualwrite_journal set quarantined = true, attempts = 10, due = current_timestamp");
            customers.save(new Customer(8, "without an intent " + round));
            assertThat(databases.origin().count("dualwrite_journal")).isEqualTo(1);
        }
        node.moveTo(Stage.DUAL_WRITE);
        node.backfill();
        node.moveTo(Stage.SHADOW);
        assertThat(node.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        node.moveTo(Stage.RAMP_DOWN);
        assertThat(databases.target().rows("select id, full_name from customers order by id"))
                .isEqualTo(databases.origin().rows("select id, name from customer order by id"))
                .contains("8,without an intent 2", "9,poisoned 2", "3,on the target 2");
        assertThat(node.obstacles(Stage.COMPLETE)).anyMatch(reason -> reason.contains("approval"));
    }

    /** Updating a row that is not there locks the gap it would be in, on MariaDB, and two of those wait in a circle. */
    private static void saveInSpiteOfDeadlocks(Customers customers, Customer customer) {
        while (true) {
            try {
                customers.save(customer);
                return;
            } catch (IllegalStateException failure) {
                if (!(failure.getCause() instanceof SQLTransactionRollbackException)) {
                    throw failure;
                }
            }
        }
    }

    /** As an operator does it: again, until the gates hold. */
    private static void moveTo(JdbcMigration node, Stage stage) throws InterruptedException {
        for (int attempt = 0; attempt < 50; attempt++) {
            try {
                node.moveTo(stage);
                return;
            } catch (StageRefusedException refused) {
                node.awaitDrained(Duration.ofMillis(200));
            }
        }
        node.moveTo(stage);
    }

    private JdbcMigration node(DataSource origin, DataSource target) {
        return node(origin, target, HandoverSettings.defaults());
    }

    private JdbcMigration node(DataSource origin, DataSource target, HandoverSettings handover) {
        JdbcMigration node = Jdbc.migration("shop", origin, target)
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .listener(events::add)
                .handover(handover)
                .build();
        open.add(0, node);
        return node;
    }

    private HikariDataSource pool(TestDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(2);
        config.setDataSource(database.pool());
        HikariDataSource pool = new HikariDataSource(config);
        open.add(pool);
        return pool;
    }
}
