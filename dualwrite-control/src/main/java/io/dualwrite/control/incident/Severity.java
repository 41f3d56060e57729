package io.dualwrite.control.incident;

import java.time.Duration;
import java.util.Optional;

/** How bad an incident is for the application's users, and how soon people are to act. */
public enum Severity {
    /** Data or service is at stake now: all stakeholders. */
    CRITICAL(Duration.ofMinutes(5), true, true),
    /** It will be soon: engineering leads and product managers. */
    HIGH(Duration.ofMinutes(15), true, true),
    /** The migration does not go on: its team. */
    MEDIUM(Duration.ofHours(1), true, false),
    /** Worth knowing: next business day, logged. */
    LOW(Duration.ofDays(1), false, false);

    private static final Duration OWNER_WITHIN = Duration.ofMinutes(5);
    private static final Duration UPDATE_EVERY = Duration.ofMinutes(15);

    private final Duration respondWithin;
    private final boolean owned;
    private final boolean updated;

    Severity(Duration respondWithin, boolean owned, boolean updated) {
        this.respondWithin = respondWithin;
        this.owned = owned;
        this.updated = updated;
    }

    /** Within what time somebody has said what is being done. */
    public Duration respondWithin() {
        return respondWithin;
    }

    /** Within what time the incident has an owner, or escalates; empty where nobody is paged. */
    public Optional<Duration> ownerWithin() {
        return owned ? Optional.of(OWNER_WITHIN) : Optional.empty();
    }

    /** How often its status is told while it is open, also when nothing has changed; empty where it is not. */
    public Optional<Duration> updateEvery() {
        return updated ? Optional.of(UPDATE_EVERY) : Optional.empty();
    }
}
