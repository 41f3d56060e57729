package io.dualwrite.control.incident;

import io.dualwrite.control.ramp.RampPhase;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What one node knows of a migration at one moment, for rules to be held against and questions of runbooks to be answered by.
 * Immutable; no data of the application's.
 *
 * @param stage as this node knows it
 * @param lastSeen when an event of a kind was last told here
 * @param breakerOpenFor for how long the breaker around the copy has not been closed; zero while it is
 * @param openIntents what the journal had open when last measured
 * @param oldestIntent how old the oldest of these was
 * @param quarantined how many records the relay leaves alone
 * @param verificationLag for how long no round of continuous verification was seen to end
 * @param overdue how many reports and action items of earlier incidents are overdue
 * @param ramp where the read ramp stands; OFF where there is none
 */
public record Facts(
        Instant now,
        Stage stage,
        Map<Class<? extends MigrationEvent>, Instant> lastSeen,
        Duration breakerOpenFor,
        long openIntents,
        Duration oldestIntent,
        long quarantined,
        Duration verificationLag,
        long overdue,
        RampPhase ramp) {
    public Facts {
        lastSeen = Map.copyOf(lastSeen);
    }

    /** Whether an event of this kind was told here not longer ago than that. */
    public boolean seenWithin(Class<? extends MigrationEvent> kind, Duration ago) {
        Instant seen = lastSeen.get(kind);
        return seen != null && !seen.isBefore(now.minus(ago));
    }
}
