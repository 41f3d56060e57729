package io.dualwrite.control.conduct;

import io.dualwrite.stage.Stage;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Something of the application's own that must hold before a step forward: a rehearsal that went well, a read ramp that is
 * full, no incident open, no release under way. Immutable.
 *
 * @param name what refusals call it
 * @param before the stages it stands before
 * @param condition looks; on the conductor's thread or on that of whoever asks what is missing
 */
public record StageGate(String name, Set<Stage> before, Condition condition) {
    public StageGate {
        before = Set.copyOf(before);
        Objects.requireNonNull(condition, "condition");
        if (name.isBlank() || before.isEmpty()) {
            throw new IllegalArgumentException("A gate has a name and stands before a stage");
        }
        if (before.contains(Stage.FROZEN) || before.contains(Stage.OFF)) {
            throw new IllegalArgumentException("Gate " + name + " stands before a stage that is stepped to forward,"
                    + " not before OFF or FROZEN");
        }
    }

    /** Looks whether a gate holds. May block and throw: one that throws does not hold. */
    @FunctionalInterface
    public interface Condition {
        /** Every reason against; empty when it holds. */
        List<String> reasons() throws Exception;
    }
}
