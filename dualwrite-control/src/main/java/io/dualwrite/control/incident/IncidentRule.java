package io.dualwrite.control.incident;

import java.util.Objects;
import java.util.function.Predicate;

/**
 * When there is an incident, and what to do about it: no rule without a runbook. Immutable.
 *
 * @param name what dedup keys and reports call it, of letters, digits and hyphens
 * @param component the line of the escalation matrix
 * @param summary one sentence for a page, without data
 * @param holds whether it holds now; asked about once a second on the desk's own thread
 * @param resolvesItself whether the incident is resolved when it has not held anywhere for a while, without a person
 */
public record IncidentRule(
        String name,
        Severity severity,
        String component,
        String summary,
        Predicate<Facts> holds,
        Runbook runbook,
        boolean resolvesItself) {
    public IncidentRule {
        Objects.requireNonNull(runbook, () -> "Rule " + name + " has no runbook");
        if (!name.matches("[a-z0-9-]{1,60}")) {
            throw new IllegalArgumentException(
                    "A rule's name has 1 to 60 small letters, digits and hyphens, unlike " + name);
        }
        if (component.isBlank() || component.length() > 60 || summary.isBlank() || summary.length() > 500) {
            throw new IllegalArgumentException("Rule " + name + " needs a component and a summary of moderate length");
        }
    }
}
