package io.dualwrite.jdbc;

import java.time.Duration;

/**
 * How long the library's own work on a database may take.
 *
 * @param statement one statement; the connection is given up on a second later
 * @param lock how long a change of a control row queues for transactions in flight, and keeps later ones waiting
 */
record Limits(Duration statement, Duration lock) {
    /** Five seconds and 200 milliseconds. */
    static final Limits DEFAULT = new Limits(Duration.ofSeconds(5), Duration.ofMillis(200));

    Limits {
        if (statement.isZero() || statement.isNegative() || lock.isZero() || lock.isNegative()) {
            throw new IllegalArgumentException("Limits are positive, not " + statement + " and " + lock);
        }
    }

    /** A hundred times as long for each statement. */
    Limits forLongReads() {
        return new Limits(statement.multipliedBy(100), lock);
    }

    /** The statement's limit as JDBC takes it: whole seconds, rounded up. */
    int statementSeconds() {
        return (int) Math.min(Integer.MAX_VALUE, statement.plusMillis(999).toSeconds());
    }

    /** When to give up on a connection that says nothing at all. */
    int silenceMillis() {
        return (int) Math.min(Integer.MAX_VALUE, statement.plusSeconds(1).toMillis());
    }
}
