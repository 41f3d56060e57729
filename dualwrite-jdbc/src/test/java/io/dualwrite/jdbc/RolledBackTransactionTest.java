package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Transaction;
import io.dualwrite.journal.JournalException;
import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * A deadlock that rolls a whole transaction back while its connection goes on, in another one that no fence holds. On MariaDB,
 * where the one with less to lose is the victim.
 */
final class RolledBackTransactionTest {
    private final Shop shop = new Shop(Engine.MARIADB, Engine.H2).withTables().atShadow();

    RolledBackTransactionTest() {
        shop.origin().run("insert into customer select n, 'before' from (" + Engine.MARIADB.numbers(1, 200) + ") x");
    }

    @Test
    void whatCameAfterADeadlockIsNotCommitted() throws Exception {
        List<SQLException> swallowed = new ArrayList<>();
        assertThatThrownBy(() -> shop.transactions(Duration.ofSeconds(10)).write(transaction -> {
                    update(transaction, "id = 1");
                    try {
                        deadlock(transaction);
                    } catch (SQLException failure) {
                        swallowed.add(failure);
                    }
                    update(transaction, "id = 3");
                    transaction.changed(Shop.CUSTOMERS.id(3L));
                    return "done";
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rolled this transaction back")
                .cause()
                .isIn(swallowed);
        assertThat(shop.origin().rows("select id from customer where name = 'mine'"))
                .isEmpty();
        assertThat(shop.journal(Side.ORIGIN)).isEmpty();
    }

    @Test
    void anIntentThatIsADeadlocksVictimEndsAJoinedTransactionToo() throws Exception {
        shop.origin()
                .run("create trigger victim before insert on dualwrite_journal for each row"
                        + " signal sqlstate '40001' set mysql_errno = 1213");
        try (Connection own = shop.origin().pool().getConnection()) {
            own.setAutoCommit(false);
            assertThatThrownBy(() -> shop.transactions(Duration.ofSeconds(10)).inTransaction(own, transaction -> {
                        assertThatThrownBy(() -> transaction.changed(Shop.CUSTOMERS.id(1L)))
                                .isInstanceOf(JournalException.class);
                        return "swallowed";
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("rolled this transaction back");
            own.rollback();
        }
    }

    @Test
    void aStatementThatFailsByItselfLeavesTheTransactionWhole() throws Exception {
        shop.transactions(Duration.ofSeconds(10)).write(transaction -> {
            assertThatThrownBy(() -> execute(transaction, "insert into customer values (1, 'again')"))
                    .isInstanceOf(SQLException.class);
            update(transaction, "id = 3");
            return "done";
        });
        assertThat(shop.origin().rows("select id from customer where name = 'mine'"))
                .containsExactly("3");
    }

    /** Waits in a circle with another transaction that has more to lose. */
    private void deadlock(Transaction transaction) throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            try (Connection connection = shop.origin().pool().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                for (int id = 2; id < 60; id++) {
                    statement.execute("update customer set name = 'other' where id = " + id);
                }
                holding.countDown();
                statement.execute("update customer set name = 'other' where id = 1");
                connection.rollback();
            } catch (SQLException victim) {
                throw new IllegalStateException(victim);
            }
        });
        other.start();
        try {
            holding.await();
            update(transaction, "id = 2");
        } finally {
            other.join();
        }
    }

    private static void update(Transaction transaction, String where) throws SQLException {
        execute(transaction, "update customer set name = 'mine' where " + where);
    }

    private static void execute(Transaction transaction, String sql) throws SQLException {
        try (Statement statement =
                ((FencedTransaction) transaction).connection().createStatement()) {
            statement.execute(sql);
        }
    }
}
