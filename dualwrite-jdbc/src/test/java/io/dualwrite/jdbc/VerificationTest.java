package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.fence.Pace;
import io.dualwrite.repair.ContinuousSettings;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.repair.VerifyRequest;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Verifications of two databases with 3,000 customers and an order each, by all there is to ask for. */
final class VerificationTest {
    private final Sides<TestDatabase> databases = Sides.each(side -> Engine.H2.create());
    private final JdbcMigration migration = build();

    @BeforeEach
    void fill() throws Exception {
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        String numbers = "(" + Engine.H2.numbers(1, 3_000) + ") x";
        databases
                .origin()
                .run(
                        "insert into customer select n, 'c' || n from " + numbers,
                        "insert into orders select n, n, 'o' || n from " + numbers);
        migration.refresh();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.moveTo(Stage.SHADOW);
    }

    @AfterEach
    void close() {
        migration.close();
    }

    @Test
    void differencesAreCountedByKindAndColumn() throws Exception {
        databases
                .target()
                .run(
                        "update customers set full_name = 'other' where id in (7, 2999)",
                        "update orders_v2 set note = 'other', customer_id = 1 where id = 3000",
                        "update orders_v2 set note = 'other' where id = 1",
                        "delete from orders_v2 where id in (2, 2998)",
                        "insert into customers values (-1, 'extra', 1), (3001, 'extra', 1), (9999, 'extra', 1)");

        VerifyReport report = migration.verify(VerifyPolicy.REPORT);

        assertThat(report.kinds())
                .containsExactly(Map.entry(Kind.MISSING, 2L), Map.entry(Kind.EXTRA, 3L), Map.entry(Kind.DIFFERENT, 4L));
        assertThat(report.fields())
                .containsOnly(
                        Map.entry("customer.name", 2L),
                        Map.entry("orders.o_note", 2L),
                        Map.entry("orders.o_customer", 1L));
        assertThat(report.rowsPerSecond()).isPositive();
        assertThat(migration.verify(VerifyPolicy.REPAIR).repaired()).isEqualTo(9);
        assertThat(migration.verify(VerifyPolicy.STOP).isClean()).isTrue();
    }

    @Test
    void aRangeIsLookedAtAndNothingElse() throws Exception {
        databases
                .target()
                .run("update customers set full_name = 'other'", "delete from orders_v2 where id between 100 and 200");

        VerifyReport customers = migration.verify(VerifyRequest.of(VerifyPolicy.REPAIR)
                .within(Shop.CUSTOMERS.type().between(500L, 2_999L)));
        VerifyReport orders = migration.verify(
                VerifyRequest.of(VerifyPolicy.REPORT).within(Shop.ORDERS.type().between(200L, 201L)));

        assertThat(customers.repaired()).isEqualTo(2_500);
        assertThat(customers.rows()).isEqualTo(new Sides<>(2_500L, 2_500L));
        assertThat(databases.target().value("select count(*) from customers where full_name = 'other'"))
                .isEqualTo("500");
        assertThat(orders.kinds()).containsEntry(Kind.MISSING, 1L);
        assertThat(orders.rows()).isEqualTo(new Sides<>(2L, 1L));
    }

    @Test
    void aSampleLooksAtPages() throws Exception {
        databases.target().run("update customers set full_name = 'other'");

        VerifyReport report =
                migration.verify(VerifyRequest.of(VerifyPolicy.REPORT).sample(0.4, 11));

        assertThat(report.confirmed()).isPositive().isLessThan(3_000);
        assertThat(report.confirmed() % 500).isZero();
        assertThat(report.isClean()).isFalse();
    }

    @Test
    void stoppingSaysWhere() throws Exception {
        databases.target().run("update customers set full_name = 'other' where id > 2500");

        VerifyReport report =
                migration.verify(VerifyRequest.of(VerifyPolicy.STOP).stoppingAfter(3));

        assertThat(report.stoppedAt()).isEqualTo(Shop.CUSTOMERS.id(2503L));
        assertThat(report.confirmed()).isEqualTo(3);
    }

    @Test
    void recentTransfersAreLookedAtUntilTheyAreConfirmed() throws Exception {
        JdbcParts shop = new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).made;
        shop.carrier().carry(Side.ORIGIN, new HashSet<>(Shop.ids(Shop.CUSTOMERS, 4, 5, 6)), null);
        databases.target().run("update customers set full_name = 'other' where id in (5, 7)");

        VerifyReport report =
                migration.verify(VerifyRequest.of(VerifyPolicy.REPAIR).recent(100));

        assertThat(report.rows().origin()).isEqualTo(3);
        assertThat(report.samples())
                .singleElement()
                .satisfies(found -> assertThat(found.record()).isEqualTo(Shop.CUSTOMERS.id(5L)));
        assertThat(report.repaired()).isEqualTo(1);
        assertThat(migration
                        .verify(VerifyRequest.of(VerifyPolicy.REPAIR).recent(100))
                        .rows()
                        .origin())
                .as("what is left, all being confirmed by now")
                .isZero();
    }

    @Test
    void aRoundThatOneNodeLeftIsEndedByAnotherAndIsACleanPass() throws Exception {
        String cursor =
                "select last_key from dualwrite_checkpoint where job = 'continuous' and record_type = 'customer'";
        SteppingPace still = new SteppingPace();
        try (JdbcMigration node = declare()
                .pace(still)
                .verifyContinuously(ContinuousSettings.defaults().withRecordsPerSecond(400))
                .build()) {
            node.start();
            // Its first page, and no more while its clock stands still.
            await().until(() -> databases.target().rows(cursor).equals(List.of("100")));
        }
        assertThat(migration.obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("no clean verification"));
        SteppingPace moving = new SteppingPace();
        List<RoundVerified> rounds = new CopyOnWriteArrayList<>();
        try (JdbcMigration node = declare()
                .pace(moving)
                .listener(event -> {
                    if (event instanceof RoundVerified round) {
                        rounds.add(round);
                    }
                })
                .verifyContinuously(ContinuousSettings.defaults().withRecordsPerSecond(100_000))
                .build()) {
            node.start();
            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                moving.now.addAndGet(Duration.ofSeconds(1).toNanos());
                return rounds.size() >= 2;
            });
        }

        assertThat(rounds.subList(0, 2))
                .extracting(
                        RoundVerified::type, RoundVerified::records, RoundVerified::differences, RoundVerified::clean)
                .containsExactlyInAnyOrder(tuple("customer", 2_900L, 0L, true), tuple("orders", 3_000L, 0L, true));
        assertThat(migration.obstacles(Stage.LIVE)).noneMatch(reason -> reason.contains("verification"));
    }

    /** A clock that moves when it is told to. */
    private static final class SteppingPace implements Pace {
        private final AtomicLong now = new AtomicLong();

        @Override
        public long nanos() {
            return now.get();
        }

        @Override
        public void pause(Duration atLeast) throws InterruptedException {
            Pace.real().pause(Duration.ofMillis(1));
            now.addAndGet(atLeast.toNanos());
        }
    }

    private JdbcMigration build() {
        return declare().build();
    }

    private JdbcMigrationBuilder declare() {
        return Jdbc.migration(
                        "shop", databases.origin().pool(), databases.target().pool())
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("the owner");
    }
}
