package io.dualwrite.repair;

import io.dualwrite.journal.Backlog;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What taking the authority from an unreachable side may lose, as far as this node knows. Other nodes may know of more, and
 * nobody knows what the side has accepted since it was last looked at: each of its writes that had not been handed on stays
 * there, to be reconciled when it comes back. If it never does, those are gone. Immutable.
 *
 * @param lost the side that cannot be reached
 * @param lastSeen its control row when this node last read it; null when it never has
 * @param pendingHere records that this process has changed there and does not know to be on the other side
 * @param lastBacklog what was open in its journal when this node last measured it, for the whole fleet; null when it never
 *     has
 * @param since how long ago that was; null as for {@code lastBacklog}
 */
public record PossibleLoss(
        Side lost,
        @Nullable ControlRow lastSeen,
        long pendingHere,
        @Nullable Backlog lastBacklog,
        @Nullable Duration since) {
    /** The statement to be approved of. */
    @Override
    public String toString() {
        StringBuilder told = new StringBuilder("Taking the authority from the ")
                .append(lost)
                .append(
                        lastSeen == null
                                ? ", whose state this node has never seen,"
                                : " (" + lastSeen.role() + " at " + lastSeen.stage() + ", handover "
                                        + lastSeen.handover() + ")")
                .append(" may lose every write that it accepted and had not handed on: ");
        if (lastBacklog == null || since == null) {
            told.append("this node never measured how many;");
        } else {
            told.append(lastBacklog.open() + lastBacklog.quarantined())
                    .append(" intents were open there ")
                    .append(since.toMillis())
                    .append(" ms ago, the oldest for ")
                    .append(lastBacklog.oldest().toMillis())
                    .append(" ms, and all that came since;");
            if (lastBacklog.ranges() > 0) {
                told.append(' ')
                        .append(lastBacklog.ranges())
                        .append(" of them for ranges of keys, each of an unknown number of records;");
            }
        }
        return told.append(" this process knows of ")
                .append(pendingHere)
                .append(
                        " changed records that have not arrived. They come back as a list to reconcile only if that side"
                                + " comes back with its data")
                .toString();
    }
}
