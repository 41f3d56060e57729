package io.dualwrite.control.health;

import io.dualwrite.Migration;
import io.dualwrite.control.health.HealthCheck.Answer;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.event.Subscription;
import io.dualwrite.journal.Backlog;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.repair.MigrationStatus.OneSide;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of a migration's health by reading: both control rows, the journals beside them, and what this node was
 * told. Writes nothing. Thread-safe. Listens until it is closed.
 */
public final class MigrationChecks implements AutoCloseable {
    private static final long SHARED_NANOS = Duration.ofSeconds(1).toNanos();

    private final Migration migration;
    private final Duration oldestIntent;
    private final Duration verificationLag;
    private final Subscription listening;
    private volatile String breaker = "CLOSED";
    private volatile Duration lag = Duration.ZERO;
    private @Nullable MigrationStatus status;
    private long statusAt;

    /**
     * @param oldestIntent how old the oldest open intent may be
     * @param verificationLag for how long no round of continuous verification need end
     */
    public MigrationChecks(Migration migration, Duration oldestIntent, Duration verificationLag) {
        this.migration = migration;
        this.oldestIntent = oldestIntent;
        this.verificationLag = verificationLag;
        this.listening = migration.listen(event -> {
            if (event instanceof BreakerMoved moved) {
                breaker = moved.state();
            } else if (event instanceof VerificationMeasured measured) {
                lag = measured.lag();
            }
        });
    }

    /**
     * The checks: {@code authority}, {@code copy}, {@code stage}, {@code journal}, {@code quarantine}, {@code breaker}, {@code
     * verification}, {@code background}. Critical are those without which no write is accepted: {@code authority}, {@code
     * background}.
     *
     * @param slowAfter from when on reading the stores counts as slow
     * @param within the time limit of each
     */
    public List<HealthCheck> all(Duration slowAfter, Duration within) {
        return List.of(
                new HealthCheck("authority", true, slowAfter, within, this::authority),
                new HealthCheck("copy", false, slowAfter, within, this::copy),
                new HealthCheck("stage", false, slowAfter, within, this::stage),
                new HealthCheck("journal", false, slowAfter, within, this::journal),
                new HealthCheck("quarantine", false, slowAfter, within, this::quarantine),
                new HealthCheck("breaker", false, slowAfter, within, this::breaker),
                new HealthCheck("verification", false, slowAfter, within, this::verification),
                new HealthCheck("background", true, slowAfter, within, this::background));
    }

    @Override
    public void close() {
        listening.close();
    }

    private Answer authority() {
        MigrationStatus now = status();
        Optional<Side> authority = now.authority();
        if (authority.isEmpty()) {
            return now.stage().filter(stage -> stage == Stage.FROZEN).isPresent()
                    ? Answer.degraded("the authority is being handed over")
                    : Answer.down("nobody can tell which side has the authority");
        }
        OneSide side = now.sides().of(authority.get());
        return side.isReached() ? Answer.UP : Answer.down(side.side() + ": " + side.trouble());
    }

    private Answer copy() {
        MigrationStatus now = status();
        Side copy = now.authority().orElse(migration.view().leader()).other();
        OneSide side = now.sides().of(copy);
        return side.isReached() ? Answer.UP : Answer.degraded(side.side() + ": " + side.trouble());
    }

    private Answer stage() {
        Stage here = migration.stage();
        Optional<Stage> there = status().stage();
        return there.isEmpty() || there.get() == here
                ? Answer.UP
                : Answer.degraded("this node is at " + here + ", and the stores at " + there.get());
    }

    private Answer journal() {
        List<String> late = new ArrayList<>();
        for (Side side : Side.values()) {
            Backlog backlog = status().sides().of(side).backlog();
            if (backlog != null && backlog.oldest().compareTo(oldestIntent) > 0) {
                late.add("the oldest intent beside the " + side + " is " + backlog.oldest() + " old");
            }
        }
        return late.isEmpty() ? Answer.UP : Answer.degraded(String.join("; ", late));
    }

    private Answer quarantine() {
        long records = 0;
        for (Side side : Side.values()) {
            Backlog backlog = status().sides().of(side).backlog();
            records += backlog == null ? 0 : backlog.quarantined();
        }
        return records == 0 ? Answer.UP : Answer.degraded(records + " intents are quarantined");
    }

    private Answer breaker() {
        return breaker.equals("CLOSED") ? Answer.UP : Answer.degraded("the breaker around the copy is " + breaker);
    }

    private Answer verification() {
        return lag.compareTo(verificationLag) <= 0
                ? Answer.UP
                : Answer.degraded("no round of verification has ended for " + lag);
    }

    private Answer background() {
        return migration.isStarted() ? Answer.UP : Answer.down("the migration was not started, or was closed");
    }

    /** Read once for all checks that look at the same time. */
    private synchronized MigrationStatus status() {
        MigrationStatus known = status;
        if (known == null || System.nanoTime() - statusAt >= SHARED_NANOS) {
            known = migration.status();
            status = known;
            statusAt = System.nanoTime();
        }
        return known;
    }
}
