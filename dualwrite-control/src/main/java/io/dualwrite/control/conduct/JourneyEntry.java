package io.dualwrite.control.conduct;

import io.dualwrite.stage.Stage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of a journey's audit.
 *
 * @param version the journey's version that it led to
 * @param at by the clock of the node that did it; for people to read, nothing is decided by it
 * @param who a person, or the node that acted
 * @param stage the stage that was last seen; null when none was
 * @param what what was done and why
 */
public record JourneyEntry(
        long version,
        Instant at,
        String who,
        Journey.Phase phase,
        @Nullable Stage stage,
        String what) {}
