package io.dualwrite.control.incident;

import java.time.Instant;

/**
 * One line of an incident's story.
 *
 * @param kind what happened
 * @param who a person, or the node that did it
 */
public record TimelineEntry(Instant at, Kind kind, String who, String text) {
    /** What can happen to an incident. */
    public enum Kind {
        OPENED,
        ACKNOWLEDGED,
        ESCALATED,
        UPDATED,
        MITIGATED,
        RESOLVED,
        /** An answer was given, or something done, on the way through its runbook. */
        WALKED,
        /** Its runbook was walked to its end. */
        EXERCISED,
        /** Something was found that has to be done, was handed on, or was done. */
        ACTION,
        /** What is to be learnt from it was written down. */
        REVIEWED
    }
}
