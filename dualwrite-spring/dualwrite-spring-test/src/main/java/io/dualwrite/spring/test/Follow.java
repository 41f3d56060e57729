package io.dualwrite.spring.test;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.stage.RecordId;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.test.context.transaction.TestTransaction;

/**
 * Lets the copy follow in tests. What a test's transaction has changed is in no journal before its commit, and never is where
 * the transaction is rolled back, as after each test of {@code @DataJpaTest}: {@link #changed} says what would follow, and
 * {@link #flush} commits.
 */
public final class Follow {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Follow() {}

    /**
     * Lets everything that was committed reach the copy. A transaction that Spring manages for the test is committed first, and
     * another one begun afterwards; what it has written stays in the databases then.
     *
     * @throws IllegalStateException when the copy has not followed within ten seconds
     */
    public static void flush(JdbcMigration migration) {
        boolean managed = TestTransaction.isActive();
        if (managed) {
            TestTransaction.flagForCommit();
            TestTransaction.end();
        }
        try {
            await(migration, PATIENCE);
        } finally {
            if (managed) {
                TestTransaction.start();
            }
        }
    }

    /**
     * The records that the calling thread's transaction has changed so far, committed or not: what its commit would let follow.
     * Entities that JPA has not flushed are not among them.
     */
    public static Set<RecordId> changed(DataSource dataSource) {
        return CapturingDataSource.changed(dataSource);
    }

    static void await(JdbcMigration migration, Duration patience) {
        try {
            if (!migration.awaitDrained(patience)) {
                throw new IllegalStateException(
                        "The copy of migration " + migration.name() + " has not followed within "
                                + patience + ": " + migration.backlog() + "; is the stage one that is followed? It is "
                                + migration.stage());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the copy was to follow", stop);
        }
    }
}
