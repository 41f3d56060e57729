package io.dualwrite.stage;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The truth about one side, kept in that side's own store. Immutable; a change is a compare-and-set on
 * {@link #version()}.
 *
 * @param role what is allowed on this side
 * @param stage the stage this row stands for while its side has the authority; a closed row keeps the stage it returns to
 * @param handover how many times the authority has been handed over, as far as this side knows; the fence's number
 * @param version counts the changes of this row
 * @param journalled whether authoritative writes here must leave intents
 * @param generation counts the beginnings (steps from OFF to JOURNAL) of this migration
 * @param remaining only for a row that is {@link Role#CLOSED} with a deadline: what is left of it by that store's own
 *     clock when the row was read, negative when it has passed; null for a row without a deadline
 */
public record ControlRow(
        Role role,
        Stage stage,
        long handover,
        long version,
        boolean journalled,
        int generation,
        @Nullable Duration remaining) {
    public ControlRow {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(stage, "stage");
    }

    /** The row of an origin before its first migration begins. */
    public static ControlRow firstOrigin() {
        return new ControlRow(Role.AUTHORITY, Stage.OFF, 0, 0, false, 0, null);
    }

    /** The row of a target before its first migration begins. */
    public static ControlRow firstTarget() {
        return new ControlRow(Role.COPY, Stage.OFF, 0, 0, false, 0, null);
    }

    /** Whether anyone may give this closing up: closed, with a deadline that has passed. */
    public boolean isExpired() {
        return role == Role.CLOSED && remaining != null && (remaining.isNegative() || remaining.isZero());
    }

    /**
     * Whether this side may answer as the authority: it is, or it was the last one and its state is final until somebody
     * decides. A row closed for good may not, and neither may one that has ceded.
     */
    public boolean mayAnswer() {
        return role == Role.AUTHORITY || (role == Role.CLOSED && remaining != null);
    }

    /** This row as an authority at the given stage, with the journal as the stage's write plan says. */
    public ControlRow authority(Stage next) {
        return new ControlRow(
                Role.AUTHORITY, next, handover, version, next.write().journalled(), generation, null);
    }

    /** This row closed until {@code budget} has passed by its store's clock. */
    public ControlRow closedFor(Duration budget) {
        return new ControlRow(Role.CLOSED, stage, handover, version, journalled, generation, budget);
    }

    /** This row closed for good. */
    public ControlRow retired() {
        return new ControlRow(Role.CLOSED, stage, handover, version, false, generation, null);
    }

    /** This row in another role with another handover number and nothing else changed but the deadline, which goes. */
    public ControlRow as(Role next, long nextHandover) {
        return new ControlRow(next, stage, nextHandover, version, journalled, generation, null);
    }

    /** This row in another generation. */
    public ControlRow inGeneration(int next) {
        return new ControlRow(role, stage, handover, version, journalled, next, remaining);
    }
}
