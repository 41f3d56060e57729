package io.dualwrite.testkit.simulation;

import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.engine.Session;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.tx.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Mends how H2 2.4 waits for rows. Once a transaction has rolled back a single statement, whoever waits for one of its rows
 * asks again and again without rest or time-out until that transaction ends; with one thread running at a time that is
 * never. Taking back the mark "has rolled back something" makes waiters wait, and time out, as for any other transaction.
 */
final class H2Waiting {
    private static final long HAS_ROLLBACK = 1L << 45;
    private static final Field TRANSACTION = field(SessionLocal.class, "transaction");
    private static final Field STATE = field(Transaction.class, "statusAndLogId");

    private H2Waiting() {}

    /** To be called after every statement that failed and every return to a savepoint. */
    static void mend(Connection real) throws SQLException {
        Session session = real.unwrap(JdbcConnection.class).getSession();
        try {
            Object transaction = TRANSACTION.get(session);
            if (transaction != null && STATE.get(transaction) instanceof AtomicLong state) {
                state.updateAndGet(bits -> bits & ~HAS_ROLLBACK);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field field(Class<?> owner, String name) {
        try {
            @Nullable Field found = owner.getDeclaredField(name);
            found.setAccessible(true);
            return found;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("This H2 is built differently: " + owner + " has no " + name, e);
        }
    }
}
