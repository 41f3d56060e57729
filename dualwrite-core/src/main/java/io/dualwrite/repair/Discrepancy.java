package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import java.util.List;

/**
 * A record that really differs: found different under the copy's lock, with no intent open for it.
 *
 * @param record which
 * @param kind in which way
 * @param fields names of the fields that differ, never their values; empty unless {@link Kind#DIFFERENT}
 */
public record Discrepancy(RecordId record, Kind kind, List<String> fields) {
    public Discrepancy {
        fields = List.copyOf(fields);
    }

    /** In which way a record differs. */
    public enum Kind {
        /** On the authority, not on the copy. */
        MISSING,
        /** On the copy, not on the authority. */
        EXTRA,
        /** On both, with different contents. */
        DIFFERENT
    }
}
