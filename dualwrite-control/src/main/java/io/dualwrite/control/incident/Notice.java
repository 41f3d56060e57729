package io.dualwrite.control.incident;

import java.time.Instant;

/**
 * What a sink is told of an incident. No data of the application's.
 *
 * @param kind what happened; ACTIVE: nothing, the incident is open
 * @param to whom it goes: the contact whose turn it is
 * @param advice how far the runbook was walked by itself, and what is next
 * @param node which node tells
 */
public record Notice(Kind kind, Incident incident, String to, String channel, String advice, String node, Instant at) {
    /** What happened. */
    public enum Kind {
        OPENED,
        ACKNOWLEDGED,
        ESCALATED,
        UPDATED,
        MITIGATED,
        RESOLVED,
        ACTIVE
    }
}
