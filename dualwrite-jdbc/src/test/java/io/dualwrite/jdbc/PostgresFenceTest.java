package io.dualwrite.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What only PostgreSQL's fence does: it queues with a time-out of its own, inside the application's transaction. */
final class PostgresFenceTest {
    private final TestDatabase database = Engine.POSTGRES.create();
    private final Sides<TestDatabase> databases = new Sides<>(database, Engine.POSTGRES.create());
    /** With time enough for the other thread to see that this one queues. */
    private final Shop shop = new Shop(
                    databases,
                    Sides.each(side -> databases.of(side).pool()),
                    List.of(Shop.ORDERS, Shop.CUSTOMERS),
                    new Limits(Duration.ofSeconds(30), Duration.ofSeconds(10)))
            .withTables()
            .atShadow();

    private final JdbcTransactions transactions = shop.transactions(Duration.ofSeconds(10));

    @Test
    void whoQueuedForTheFenceHasItsOwnLockTimeoutAfterwards() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        try (Connection own = database.pool().getConnection();
                Statement statement = own.createStatement()) {
            statement.execute("set lock_timeout = '7s'");
            own.setAutoCommit(false);
            CompletableFuture<Void> standing = CompletableFuture.runAsync(() -> {
                try (Session session = shop.made.places().origin().begin()) {
                    session.dialect()
                            .holdExclusively(session.run(), shop.made.places().origin(), Duration.ofSeconds(10));
                    held.countDown();
                    // Until somebody queues for it.
                    while (database.rows("select 1 from pg_locks where locktype = 'advisory' and not granted")
                            .isEmpty()) {
                        Thread.onSpinWait();
                    }
                } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                }
            });
            held.await();
            transactions.inTransaction(own, transaction -> {
                try (var shown = statement.executeQuery("show lock_timeout")) {
                    assertThat(shown.next()).isTrue();
                    assertThat(shown.getString(1)).isEqualTo("7s");
                }
                return true;
            });
            own.rollback();
            standing.get(30, SECONDS);
        }
    }
}
