package io.dualwrite.path;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Failures after which nobody knows whether a call was made: input and output, time-outs, lost connections, interrupts, and
 * every {@link Error}. Everything else is taken for the store's answer that it did not do it. Thread-safe.
 */
public final class DoubtfulFailures implements Predicate<Throwable> {
    private static final int LONGEST_CHAIN = 20;

    @Override
    public boolean test(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < LONGEST_CHAIN; depth++, at = at.getCause()) {
            if (at instanceof Error
                    || at instanceof IOException
                    || at instanceof TimeoutException
                    || at instanceof InterruptedException
                    || at instanceof SQLException sql && isDoubtful(sql)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDoubtful(SQLException sql) {
        return sql instanceof SQLTimeoutException
                || sql instanceof SQLRecoverableException
                || sql instanceof SQLTransientConnectionException
                || (sql.getSQLState() != null && sql.getSQLState().startsWith("08"));
    }
}
