package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The fence, held in a transaction of somebody else's until that ends, or goes back to a savepoint set before. Made by {@link
 * JdbcMigration#hold}. Belongs to the transaction's thread.
 */
public final class HeldFence implements AutoCloseable {
    private final JdbcTransactions transactions;
    private final FencedTransaction joined;

    HeldFence(JdbcTransactions transactions, Connection connection) throws SQLException {
        this.transactions = transactions;
        this.joined = transactions.join(connection);
    }

    /**
     * Runs work in the transaction, in which changes can be named; their intents are written at once.
     *
     * @throws Exception what the work threw, unchanged
     */
    public void inTransaction(JdbcMigration.Action work) throws Exception {
        transactions.within(joined, transaction -> {
            work.run();
            return transaction;
        });
    }

    /** Forgets the transaction, which has ended or is about to; gives no lock back. Idempotent. */
    @Override
    public void close() {
        transactions.leave(joined);
    }
}
