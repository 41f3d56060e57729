package io.dualwrite.testkit.history;

import org.jspecify.annotations.Nullable;

/**
 * One change of a record's state in one database, as a trigger there has written it down in the transaction that made it.
 *
 * @param side whose database this is, {@code ORIGIN} or {@code TARGET}
 * @param order ascending in the order in which one record's changes were made on this side
 * @param was the state before, null when there was no record
 * @param now the state after, null when it was deleted
 * @param role what the side's control row said in that transaction
 * @param handover the handover number it said
 */
public record Footprint(
        String side,
        long order,
        String key,
        @Nullable String was,
        @Nullable String now,
        String role,
        long handover) {
    boolean isAuthoritative() {
        return role.equals("AUTHORITY");
    }
}
