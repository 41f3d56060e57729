package io.dualwrite.control.incident;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An incident as it stands. Immutable; each change has a version of its own. Times are those of the node that wrote them.
 *
 * @param dedup the same for the same trouble on however many nodes; one incident is open for it at a time
 * @param heldAt when its rule was last seen to hold, on any node
 * @param owner who has taken it; null while nobody has
 * @param respondedAt when somebody first said what is being done
 * @param escalations how often it escalated
 * @param ownerDue when it escalates next unless somebody has taken it and said what is being done; null when nothing is due
 * @param updateDue when its status is told next; null when nothing is due
 */
public record Incident(
        String id,
        long version,
        String migration,
        String rule,
        String component,
        Severity severity,
        String summary,
        Instant openedAt,
        Instant heldAt,
        @Nullable String owner,
        @Nullable Instant acknowledgedAt,
        @Nullable Instant respondedAt,
        @Nullable Instant mitigatedAt,
        @Nullable Instant resolvedAt,
        int escalations,
        @Nullable Instant ownerDue,
        @Nullable Instant updateDue,
        Status status) {
    /**
     * What is told of an incident.
     *
     * @param state how things stand
     * @param actions what was done
     * @param next what is done next
     * @param estimate until when, or that nobody knows
     */
    public record Status(String state, String actions, String next, String estimate) {
        static final Status FIRST = new Status("open", "none yet", "somebody takes it", "unknown");
    }

    /** Whether it is not resolved. */
    public boolean isOpen() {
        return resolvedAt == null;
    }

    /** The same for the same trouble on however many nodes. */
    public String dedup() {
        return migration + "/" + rule;
    }

    static Incident opened(String id, String migration, IncidentRule rule, Instant now) {
        return new Incident(
                id,
                1,
                migration,
                rule.name(),
                rule.component(),
                rule.severity(),
                rule.summary(),
                now,
                now,
                null,
                null,
                null,
                null,
                null,
                0,
                rule.severity().ownerWithin().map(now::plus).orElse(null),
                rule.severity().updateEvery().map(now::plus).orElse(null),
                Status.FIRST);
    }

    Incident acknowledged(String by, Instant now) {
        // Whoever has taken it still has to say what is being done.
        Instant response = openedAt.plus(severity.respondWithin());
        Instant due = respondedAt == null ? (response.isAfter(now) ? response : ownerAgain(now)) : null;
        return change(by, acknowledgedAt == null ? now : acknowledgedAt, respondedAt, due, updateDue, status);
    }

    Incident escalated(Instant now) {
        Incident again = change(owner, acknowledgedAt, respondedAt, ownerAgain(now), updateDue, status);
        return again.with(escalations + 1, mitigatedAt, resolvedAt);
    }

    Incident updated(Status told, boolean byPerson, Instant now) {
        Instant responded = respondedAt == null && byPerson ? now : respondedAt;
        boolean settled = owner != null && responded != null;
        return change(
                owner,
                acknowledgedAt,
                responded,
                settled ? null : ownerDue,
                severity.updateEvery().map(now::plus).orElse(null),
                told);
    }

    /** Something was written into its story, and nothing else has changed. */
    Incident noted() {
        return change(owner, acknowledgedAt, respondedAt, ownerDue, updateDue, status);
    }

    /** Its rule holds now, again if it was mitigated. */
    Incident held(Instant now) {
        return new Incident(
                id,
                version + 1,
                migration,
                rule,
                component,
                severity,
                summary,
                openedAt,
                now,
                owner,
                acknowledgedAt,
                respondedAt,
                null,
                resolvedAt,
                escalations,
                ownerDue,
                updateDue,
                status);
    }

    Incident mitigated(Instant now) {
        return change(owner, acknowledgedAt, respondedAt, ownerDue, updateDue, status)
                .with(escalations, now, resolvedAt);
    }

    Incident resolved(Instant now) {
        return change(owner, acknowledgedAt, respondedAt, null, null, status)
                .with(escalations, mitigatedAt == null ? now : mitigatedAt, now);
    }

    private @Nullable Instant ownerAgain(Instant now) {
        return severity.ownerWithin().map(now::plus).orElse(null);
    }

    private Incident change(
            @Nullable String by,
            @Nullable Instant acknowledged,
            @Nullable Instant responded,
            @Nullable Instant due,
            @Nullable Instant update,
            Status told) {
        return new Incident(
                id,
                version + 1,
                migration,
                rule,
                component,
                severity,
                summary,
                openedAt,
                heldAt,
                by,
                acknowledged,
                responded,
                mitigatedAt,
                resolvedAt,
                escalations,
                due,
                update,
                told);
    }

    private Incident with(int often, @Nullable Instant mitigated, @Nullable Instant resolved) {
        return new Incident(
                id,
                version,
                migration,
                rule,
                component,
                severity,
                summary,
                openedAt,
                heldAt,
                owner,
                acknowledgedAt,
                respondedAt,
                mitigated,
                resolved,
                often,
                ownerDue,
                updateDue,
                status);
    }
}
