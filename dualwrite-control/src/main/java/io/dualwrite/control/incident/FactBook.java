package io.dualwrite.control.incident;

import io.dualwrite.control.ramp.RampPhase;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.AuthorityForced;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.event.MigrationEvent.StageHeld;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Notes what events tell, for a look at it later. A few writes to memory on the thread that tells. Thread-safe. */
final class FactBook implements MigrationListener {
    private static final Set<Class<? extends MigrationEvent>> NOTED = Set.of(
            AuthorityForced.class,
            FlagFailed.class,
            HandoverStuck.class,
            MismatchConfirmed.class,
            ServerChanged.class,
            StageHeld.class,
            TransferFailed.class);

    private final Clock clock;
    private final Map<Class<? extends MigrationEvent>, Instant> lastSeen = new ConcurrentHashMap<>();
    private volatile @Nullable Instant breakerOpened;
    private volatile BacklogMeasured backlog = new BacklogMeasured(0, 0, Duration.ZERO);
    private volatile long overdue;
    private volatile Duration verificationLag = Duration.ZERO;

    FactBook(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void on(MigrationEvent event) {
        if (event instanceof BacklogMeasured measured) {
            backlog = measured;
        } else if (event instanceof VerificationMeasured measured) {
            verificationLag = measured.lag();
        } else if (event instanceof BreakerMoved moved) {
            boolean closed = moved.state().equals("CLOSED");
            breakerOpened = closed ? null : breakerOpened == null ? clock.instant() : breakerOpened;
        } else if (NOTED.contains(event.getClass())) {
            lastSeen.put(event.getClass(), clock.instant());
        }
    }

    /** Notes how much of what was to be learnt from earlier incidents is overdue. */
    void overdue(long many) {
        overdue = many;
    }

    Facts facts(Stage stage, RampPhase ramp) {
        Instant now = clock.instant();
        Instant opened = breakerOpened;
        BacklogMeasured measured = backlog;
        return new Facts(
                now,
                stage,
                lastSeen,
                opened == null ? Duration.ZERO : Duration.between(opened, now),
                measured.open(),
                measured.oldest(),
                measured.quarantined(),
                verificationLag,
                overdue,
                ramp);
    }
}
