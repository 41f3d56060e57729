package io.dualwrite.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.Holder;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fence under what applications do with their transactions: isolation levels, savepoints, transactions within others. */
@ParameterizedClass
@EnumSource(Engine.class)
final class FenceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Engine engine;
    private final Sides<TestDatabase> databases;
    private final Shop shop;
    private final JdbcTransactions transactions;
    private final ControlRows origin;

    FenceTest(Engine engine) {
        this.engine = engine;
        databases = new Sides<>(engine.create(), engine.create());
        shop = new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS))
                .withTables()
                .atShadow();
        transactions = shop.transactions(PATIENCE);
        origin = shop.made.controls().origin();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void aTransactionThatBeganBeforeAFlipCannotCommitAtTheOldSide(int isolation) throws Exception {
        try (Connection own = databases.origin().pool().getConnection()) {
            own.setTransactionIsolation(isolation);
            own.setAutoCommit(false);
            // Its snapshot, where the level has one, is of the time when the origin had the authority.
            insert(own, 1);
            flip();
            assertThatThrownBy(() -> transactions.inTransaction(own, transaction -> {
                        insert(own, 2);
                        transaction.changed(Shop.CUSTOMERS.id(2L));
                        return true;
                    }))
                    .satisfies(FenceTest::isRetryable);
            own.rollback();
        }
        assertThat(shop.origin().count("customer")).isZero();
        assertThat(shop.journal(Side.ORIGIN)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void aTransactionThatHoldsTheFenceKeepsTheAuthorityUntilItEnds(int isolation) throws Exception {
        ControlRow row = origin.read();
        try (HikariDataSource pool = pool(isolation)) {
            Shop node = new Shop(
                    databases, new Sides<>(pool, databases.target().pool()), List.of(Shop.ORDERS, Shop.CUSTOMERS));
            node.board.refresh();
            node.transactions(PATIENCE).write(transaction -> {
                try (Connection connection = node.made.dataSource(Side.ORIGIN).getConnection()) {
                    assertThat(connection.getTransactionIsolation()).isEqualTo(isolation);
                    insert(connection, 1);
                }
                transaction.changed(Shop.CUSTOMERS.id(1L));
                assertThatThrownBy(() -> origin.change(row, row.closedFor(PATIENCE)))
                        .isInstanceOf(FenceBusyException.class);
                return true;
            });
        }
        assertThat(origin.change(row, row.closedFor(PATIENCE))).isNotNull();
        assertThat(shop.journal(Side.ORIGIN)).containsExactly("customer,1");
    }

    @Test
    void whoGoesBackToASavepointBeforeTheFenceHasToTakeItAgain() throws Exception {
        try (Connection own = databases.origin().pool().getConnection()) {
            own.setAutoCommit(false);
            Savepoint before = own.setSavepoint();
            transactions.inTransaction(own, transaction -> {
                insert(own, 1);
                transaction.changed(Shop.CUSTOMERS.id(1L));
                return true;
            });
            own.rollback(before);
            transactions.inTransaction(own, transaction -> true);
            ControlRow row = origin.read();
            assertThatThrownBy(() -> origin.change(row, row.closedFor(PATIENCE)))
                    .isInstanceOf(FenceBusyException.class);
            own.rollback(before);
            if (!engine.isH2()) {
                // H2 gives a row up only when the transaction ends, which is more than is needed.
                assertThat(origin.change(row, row.closedFor(PATIENCE))).isNotNull();
                assertThatThrownBy(() -> transactions.inTransaction(own, transaction -> true))
                        .isInstanceOf(StageMovedException.class);
            }
            own.rollback();
        }
        assertThat(shop.origin().count("customer")).isZero();
    }

    @Test
    void aTransactionWithinAnotherDoesNotWaitForTheCloserThatWaitsForTheOuter() throws Exception {
        CountDownLatch inner = new CountDownLatch(1);
        try (Connection outer = databases.origin().pool().getConnection()) {
            outer.setAutoCommit(false);
            transactions.inTransaction(outer, transaction -> true);
            CompletableFuture<Integer> closer = CompletableFuture.supplyAsync(() -> close(inner));
            try (Connection requiresNew = databases.origin().pool().getConnection()) {
                requiresNew.setAutoCommit(false);
                boolean done = false;
                while (!done) {
                    try {
                        transactions.inTransaction(requiresNew, transaction -> {
                            insert(requiresNew, 1);
                            transaction.changed(Shop.CUSTOMERS.id(1L));
                            return true;
                        });
                        requiresNew.commit();
                        done = true;
                    } catch (StageMovedException again) {
                        requiresNew.rollback();
                    }
                }
            }
            inner.countDown();
            assertThat(closer).isNotDone();
            outer.commit();
            assertThat(closer.get(30, SECONDS)).isPositive();
        }
        assertThat(shop.journal(Side.ORIGIN)).containsExactly("customer,1");
    }

    /** How often the fence was busy before the origin could be closed. */
    private int close(CountDownLatch once) {
        for (int busy = 0; ; busy++) {
            try {
                ControlRow row = origin.read();
                if (origin.change(row, row.closedFor(PATIENCE)) != null) {
                    return once.getCount() == 0 ? Math.max(1, busy) : -1;
                }
            } catch (FenceBusyException again) {
                continue;
            }
        }
    }

    @Test
    void aCoordinatorThatStandsStillKeepsNoWriterInsideTheDatabase() throws Exception {
        try (HikariDataSource pool = pool(Connection.TRANSACTION_READ_COMMITTED);
                Session standing = shop.made.places().origin().begin()) {
            Shop node = new Shop(
                    databases, new Sides<>(pool, databases.target().pool()), List.of(Shop.ORDERS, Shop.CUSTOMERS));
            node.board.refresh();
            standing.dialect()
                    .holdExclusively(standing.run(), shop.made.places().origin(), Duration.ofSeconds(1));
            assertThatThrownBy(() -> node.transactions(Duration.ofMillis(700)).<Boolean>write(transaction -> true))
                    .isInstanceOf(StageMovedException.class);
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            try (Connection own = databases.origin().pool().getConnection()) {
                own.setAutoCommit(false);
                assertThatThrownBy(() -> transactions.inTransaction(own, transaction -> true))
                        .isInstanceOf(StageMovedException.class);
                own.rollback();
            }
        }
    }

    @Test
    void thoseInTheWayAreTold() throws Exception {
        try (Connection own = databases.origin().pool().getConnection()) {
            own.setAutoCommit(false);
            transactions.inTransaction(own, transaction -> insert(own, 1));
            List<Holder> sessions = origin.holders();
            assertThat(sessions).anySatisfy(holder -> {
                assertThat(holder.session()).startsWith("session ");
                assertThat(holder.age()).isNotNull();
                assertThat(holder.state()).isNotBlank();
                assertThat(holder.toString()).doesNotContain("insert").doesNotContain("c1");
            });
            own.rollback();
        }
        transactions.write(transaction -> {
            assertThat(origin.holders())
                    .first()
                    .extracting(Holder::session)
                    .isEqualTo("thread " + Thread.currentThread().getName() + " of this process");
            return true;
        });
        assertThat(origin.holders()).noneMatch(holder -> holder.session().startsWith("thread"));
    }

    private HikariDataSource pool(int isolation) {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(2);
        config.setDataSource(databases.origin().pool());
        config.setTransactionIsolation(String.valueOf(isolation));
        return new HikariDataSource(config);
    }

    private void flip() {
        ControlRow row = origin.read();
        ControlRow closed = origin.change(row, row.closedFor(PATIENCE));
        ControlRow ceded = origin.change(closed, closed.as(Role.CEDED, 1));
        shop.set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
        origin.change(ceded, ceded.as(Role.COPY, 1));
    }

    private static boolean insert(Connection connection, long key) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate("insert into customer (id, name) values (" + key + ", 'c" + key + "')") == 1;
        }
    }

    private static void isRetryable(Throwable thrown) {
        boolean retryable = thrown instanceof StageMovedException
                || thrown instanceof SQLException sql && "40001".equals(sql.getSQLState());
        assertThat(retryable).as("%s", thrown).isTrue();
    }
}
