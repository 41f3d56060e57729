package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class JdbcMigrationTest {
    private static final Sides<String> NAMES =
            new Sides<>("select name from customer", "select full_name from customers");

    private final Sides<TestDatabase> databases;
    private final Sides<BrokenDataSource> pools;
    private final JdbcMigration migration;
    private final Customers customers;

    JdbcMigrationTest(Engine origin, Engine target) {
        this.databases = new Sides<>(origin.create(), target.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        this.pools = Sides.each(side -> new BrokenDataSource(databases.of(side).pool()));
        this.migration = build();
        this.customers = Customers.of(migration);
    }

    @AfterEach
    void close() {
        for (Side side : Side.values()) {
            pools.of(side).now(Break.NEVER);
        }
        migration.close();
    }

    @Test
    void aShopMovesToTheTargetAndBackAndToTheEnd() throws Exception {
        databases
                .origin()
                .run("insert into customer values (1, 'Ada'), (2, 'Bob')", "insert into orders values (9, 2, 'x')");
        migration.start();
        assertThat(migration.stage()).isEqualTo(Stage.OFF);
        customers.save(new Customer(3, "before"));
        migration.moveTo(Stage.DUAL_WRITE);
        assertThat(migration.backfill().rows()).isEqualTo(4);
        migration.moveTo(Stage.SHADOW);
        customers.save(new Customer(1, "Ada L."));
        customers.deleteById(3);
        migration.inTransaction(() -> {
            customers.save(new Customer(4, "Cid"));
            try (Connection connection =
                            migration.dataSource(migration.currentSide()).getConnection();
                    PreparedStatement insert = connection.prepareStatement("insert into orders values (10, 4, 'y')")) {
                insert.executeUpdate();
            }
            migration.changed(Shop.ORDERS, 10L);
        });
        assertThat(migration.awaitDrained(Duration.ofSeconds(20))).isTrue();
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        migration.moveTo(Stage.LIVE);
        assertThat(customers.findById(1)).isEqualTo(new Customer(1, "Ada L."));
        customers.save(new Customer(5, "on target"));
        assertThat(databases.target().value("select full_name from customers where id = 5"))
                .isEqualTo("on target");
        assertThat(migration.awaitDrained(Duration.ofSeconds(20))).isTrue();
        migration.moveTo(Stage.SHADOW);
        assertThat(databases.origin().rows("select id, name from customer order by id"))
                .containsExactly("1,Ada L.", "2,Bob", "4,Cid", "5,on target");
        migration.verify(VerifyPolicy.REPORT);
        migration.moveTo(Stage.LIVE);
        migration.approve(Stage.COMPLETE, "the owner");
        migration.moveTo(Stage.COMPLETE);
        customers.save(new Customer(6, "after"));
        assertThat(databases.origin().rows("select id from customer where id = 6"))
                .isEmpty();
        assertThat(databases.target().rows("select id, customer_id from orders_v2 order by id"))
                .containsExactly("9,2", "10,4");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "FROZEN")
    void anApplicationStartsAndWritesWithItsCopyUnreachable(Stage stage) throws Exception {
        reach(stage);
        Side copy = stage.isBeyondFlip() ? Side.ORIGIN : Side.TARGET;
        pools.of(copy).now(Break.CONNECT);
        try (JdbcMigration node = build()) {
            node.start();
            assertThat(node.stage()).isEqualTo(stage);
            Customers there = Customers.of(node);
            there.save(new Customer(1, "Ada"));
            assertThat(there.findById(1)).isEqualTo(new Customer(1, "Ada"));
            assertThat(node.backlog().open()).isEqualTo(stage.write().journalled() ? 1 : 0);
            pools.of(copy).now(Break.NEVER);
            if (stage.write().followed()) {
                assertThat(node.awaitDrained(Duration.ofSeconds(60))).isTrue();
                assertThat(databases.of(copy).value(NAMES.of(copy))).isEqualTo("Ada");
            }
        }
    }

    private void reach(Stage stage) throws Exception {
        if (stage.write().followed() || stage == Stage.COMPLETE) {
            migration.moveTo(Stage.DUAL_WRITE);
            migration.backfill();
            migration.verify(VerifyPolicy.REPAIR);
        }
        migration.approve(Stage.COMPLETE, "the owner");
        migration.moveTo(stage);
    }

    @Test
    void theFirstStepTellsEverythingAgainstIt() throws Exception {
        databases.target().run("drop table orders_v2", "insert into customers values (1, 'there', 1)");
        migration.start();
        assertThatThrownBy(() -> migration.moveTo(Stage.DUAL_WRITE))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("no table orders_v2 on the TARGET")
                .hasMessageContaining("has rows already");
        assertThat(migration.stage()).isEqualTo(Stage.OFF);
    }

    @Test
    void aChangeIsNamedInsideATransactionOnly() {
        migration.start();
        assertThatThrownBy(() -> migration.changed(Shop.CUSTOMERS, 1L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inTransaction");
        assertThat(migration.currentSide()).isNull();
    }

    @Test
    void writersGoOnWhileTheShopMovesThereAndBack() throws Exception {
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.moveTo(Stage.SHADOW);
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong keys = new AtomicLong();
        List<Throwable> failures = new ArrayList<>();
        List<Thread> writers = new ArrayList<>();
        for (int number = 0; number < 4; number++) {
            Thread writer = new Thread(() -> {
                try {
                    while (!stop.get()) {
                        long key = keys.incrementAndGet();
                        saveInSpiteOfDeadlocks(new Customer(key, "v1"));
                        saveInSpiteOfDeadlocks(new Customer(key, "v2"));
                    }
                } catch (Throwable failure) {
                    synchronized (failures) {
                        failures.add(failure);
                    }
                }
            });
            writer.start();
            writers.add(writer);
        }
        try {
            for (Stage stage : List.of(Stage.LIVE, Stage.SHADOW, Stage.LIVE)) {
                walk(stage);
            }
        } finally {
            stop.set(true);
            for (Thread writer : writers) {
                writer.join();
            }
        }
        assertThat(failures).isEmpty();
        assertThat(migration.awaitDrained(Duration.ofSeconds(30))).isTrue();
        assertThat(databases.target().rows("select id, full_name from customers order by id"))
                .hasSize((int) keys.get())
                .isEqualTo(databases.origin().rows("select id, name from customer order by id"))
                .allMatch(row -> row.endsWith(",v2"));
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
    }

    /** Updating a row that is not there locks the gap it would be in, on MariaDB, and two of those wait in a circle. */
    private void saveInSpiteOfDeadlocks(Customer customer) {
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
    private void walk(Stage stage) throws InterruptedException {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                migration.moveTo(stage);
                return;
            } catch (StageRefusedException refused) {
                migration.awaitDrained(Duration.ofMillis(200));
            }
        }
        migration.moveTo(stage);
    }

    private JdbcMigration build() {
        return Jdbc.migration("shop", pools.origin(), pools.target())
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .build();
    }
}
