package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import io.dualwrite.fence.CopyBehindException;
import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A copy that hangs until every writer has its answer: each waits for its own budget, and never for the copy. */
@ParameterizedClass
@MethodSource("hangs")
final class WaitingForAHungCopyTest {
    private static final int WRITERS = 4;
    private static final int WRITES = 9;
    private static final Duration BUDGET = Duration.ofMillis(100);
    /** Kept back of the budget, for waking up. */
    private static final Duration KEPT_BACK = Duration.ofMillis(5);
    /** What a busy machine may add. The copy would hang for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Sides<TestDatabase> databases = Sides.each(side -> Engine.H2.create());
    private final Sides<BrokenDataSource> pools =
            Sides.each(side -> new BrokenDataSource(databases.of(side).pool()));
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final Side copy;
    private final Break hang;

    /** How long a write's caller waited, and what it was told then. */
    private record Wait(Duration took, Throwable told) {}

    static Stream<Arguments> hangs() {
        return Stream.of(Stage.SHADOW, Stage.LIVE)
                .flatMap(stage ->
                        Stream.of(Break.CONNECT_HANGS, Break.COMMIT_HANGS).map(hang -> Arguments.of(stage, hang)));
    }

    WaitingForAHungCopyTest(Stage stage, Break hang) throws Exception {
        this.copy = stage.isBeyondFlip() ? Side.ORIGIN : Side.TARGET;
        this.hang = hang;
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        try (JdbcMigration before = build(settings -> settings)) {
            before.moveTo(Stage.DUAL_WRITE);
            before.backfill();
            before.verify(VerifyPolicy.REPAIR);
            before.moveTo(stage);
        }
    }

    @AfterEach
    void letGo() {
        pools.of(copy).now(Break.NEVER);
    }

    @Test
    void withoutABudgetNobodyWaits() throws Exception {
        assertThat(waits(settings -> settings))
                .allSatisfy(each -> assertThat(each.told()).isNull());
        assertThat(events).doesNotHaveAnyElementsOfTypes(WaitedOut.class);
    }

    @Test
    void withABudgetEachWaitsForThatLong() throws Exception {
        assertThat(waits(settings -> settings.waitForCopy(BUDGET))).allSatisfy(each -> {
            assertThat(each.told()).isNull();
            assertThat(each.took()).isGreaterThanOrEqualTo(BUDGET.minus(KEPT_BACK));
        });
        assertThat(events).filteredOn(WaitedOut.class::isInstance).hasSize(WRITES);
    }

    @Test
    void whoeverRequiresTheCopyIsToldAfterThatLong() throws Exception {
        assertThat(waits(settings -> settings.requireCopyWithin(BUDGET))).allSatisfy(each -> {
            assertThat(each.told()).isInstanceOf(CopyBehindException.class);
            assertThat(each.took()).isGreaterThanOrEqualTo(BUDGET.minus(KEPT_BACK));
        });
    }

    /** What each write's caller met with. Every record is on the authority while the copy hangs, and on the copy later. */
    private List<Wait> waits(UnaryOperator<JdbcMigrationBuilder> settings) throws Exception {
        try (JdbcMigration migration = build(settings)) {
            migration.start();
            Customers customers = Customers.of(migration);
            pools.of(copy).now(hang);
            List<Wait> waits = new ArrayList<>(saved(customers, 1, 1));
            await().atMost(PATIENCE).until(() -> pools.of(copy).hanging() > 0);
            waits.addAll(saved(customers, 2, WRITES));
            assertThat(waits).allSatisfy(each -> assertThat(each.took()).isLessThan(PATIENCE));
            assertThat(pools.of(copy).hanging()).isPositive();
            assertThat(count(copy.other())).isEqualTo(WRITES);
            assertThat(count(copy)).isZero();
            pools.of(copy).now(Break.NEVER);
            assertThat(migration.awaitDrained(PATIENCE)).isTrue();
            assertThat(count(copy)).isEqualTo(WRITES);
            return waits;
        }
    }

    /** Several at the same time. */
    private static List<Wait> saved(Customers customers, long first, long last) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<Wait>> begun = new ArrayList<>();
            for (long key = first; key <= last; key++) {
                long id = key;
                begun.add(writers.submit(() -> save(customers, id)));
            }
            List<Wait> waits = new ArrayList<>();
            for (Future<Wait> each : begun) {
                waits.add(each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            return waits;
        } finally {
            writers.shutdownNow();
        }
    }

    private static Wait save(Customers customers, long id) {
        long began = System.nanoTime();
        Throwable told = catchThrowable(() -> customers.save(new Customer(id, "Ada")));
        return new Wait(Duration.ofNanos(System.nanoTime() - began), told);
    }

    private long count(Side side) {
        return databases.of(side).count(side == Side.ORIGIN ? "customer" : "customers");
    }

    private JdbcMigration build(UnaryOperator<JdbcMigrationBuilder> settings) {
        return settings.apply(Jdbc.migration("shop", pools.origin(), pools.target())
                        .records(Shop.ORDERS, Shop.CUSTOMERS)
                        .createTables(true)
                        .attestedBy("this test")
                        .listener(events::add))
                .build();
    }
}
