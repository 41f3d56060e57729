package io.dualwrite.degrade;

import io.dualwrite.event.Fault;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a non-critical part is doing.
 *
 * @param part its name
 * @param since since when it answers by substitutes, without a true answer between; null while its last answer was a true one
 * @param fault why the last call failed that did; null before the first one
 * @param calls how many calls there were
 * @param substitutes how many of them were answered by a substitute
 */
public record Degradation(
        String part, @Nullable Instant since, @Nullable Fault fault, long calls, long substitutes) {
    /** Whether the last answer was a substitute. */
    public boolean isDegraded() {
        return since != null;
    }
}
