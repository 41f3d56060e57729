package io.dualwrite.spring.test;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about a migration. Not thread-safe; those that say so block until the copy has followed, bounded. */
public final class MigrationAssert extends AbstractAssert<MigrationAssert, JdbcMigration> {
    private static final int TRIES = 3;

    private Duration patience = Duration.ofSeconds(10);

    private MigrationAssert(@Nullable JdbcMigration actual) {
        super(actual, MigrationAssert.class);
    }

    /** Begins assertions about this migration. */
    public static MigrationAssert assertThat(@Nullable JdbcMigration actual) {
        return new MigrationAssert(actual);
    }

    /** How long the following assertions wait; default 10 s. */
    public MigrationAssert within(Duration atMost) {
        patience = atMost;
        return this;
    }

    /** The stage of both stores is this one. Blocks on them. */
    public MigrationAssert isAt(Stage stage) {
        isNotNull();
        Stage found = actual.status().stage().orElse(null);
        if (found != stage) {
            throw failure("Expected migration %s to be at %s, but it is at %s", actual.name(), stage, found);
        }
        return this;
    }

    /** Nothing is in the way of this stage. Blocks on both stores. */
    public MigrationAssert mayGoTo(Stage stage) {
        isNotNull();
        List<String> reasons = actual.obstaclesOnTheWay(stage);
        if (!reasons.isEmpty()) {
            throw failure("Expected nothing in the way of %s, but there is: %s", stage, String.join("; ", reasons));
        }
        return this;
    }

    /** Everything that was committed has reached the copy. Waits for it. */
    public MigrationAssert hasFollowed() {
        isNotNull();
        try {
            Follow.await(actual, patience);
        } catch (IllegalStateException late) {
            throw failure("%s", late.getMessage());
        }
        return this;
    }

    /** Both sides have the same records. Waits until the copy has followed; reads everything on both sides. */
    public MigrationAssert hasEqualSides() {
        hasFollowed();
        VerifyReport report = compared();
        // What changes meanwhile makes a comparison say nothing.
        for (int tries = 1; tries < TRIES && !report.isEqual() && report.confirmed() == 0; tries++) {
            report = compared();
        }
        if (!report.isEqual()) {
            throw failure(
                    "Expected both sides of migration %s to be equal, but %s records differ, in %s: %s",
                    actual.name(), report.confirmed(), report.fields(), report.samples());
        }
        return this;
    }

    private VerifyReport compared() {
        try {
            return actual.verify(VerifyPolicy.REPORT);
        } catch (Exception failed) {
            if (failed instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("Migration " + actual.name() + " could not be verified", failed);
        }
    }
}
