package io.dualwrite.control.incident;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done so that an incident does not come back. Immutable.
 *
 * @param incident of which incident it was learnt
 * @param what what is to be done, up to 500 characters
 * @param owner who does it
 * @param due until when
 * @param doneAt when it was done; null while it is not
 */
public record ActionItem(
        String id,
        String incident,
        String what,
        String owner,
        Instant due,
        @Nullable Instant doneAt) {
    public ActionItem {
        if (what.isBlank() || what.length() > 500 || owner.isBlank() || owner.length() > 100) {
            throw new IllegalArgumentException(
                    "An action item says in up to 500 characters what is to be done, and in up to 100 by whom");
        }
    }

    /** Whether it should have been done by then. */
    public boolean isOverdue(Instant now) {
        return doneAt == null && due.isBefore(now);
    }

    /** The same, done. */
    public ActionItem done(Instant now) {
        return new ActionItem(id, incident, what, owner, due, now);
    }

    /** The same for another owner, until another date. */
    public ActionItem handedTo(String other, Instant until) {
        return new ActionItem(id, incident, what, other, until, doneAt);
    }
}
