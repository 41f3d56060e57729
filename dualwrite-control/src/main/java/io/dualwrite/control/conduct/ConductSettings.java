package io.dualwrite.control.conduct;

import io.dualwrite.fence.Pace;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/**
 * How one node takes part in a journey. Immutable.
 *
 * @param node what the audit calls this node; unique to this start of this process. Default: a random name
 * @param poll how often it looks; 10 ms or more; default 1 s
 * @param pace measures every duration
 * @param clock the time of day in the audit; decides nothing
 */
public record ConductSettings(String node, Duration poll, Pace pace, Clock clock) {
    public ConductSettings {
        if (node.isBlank() || node.length() > 100) {
            throw new IllegalArgumentException("A node has a name of 1 to 100 characters, not '" + node + "'");
        }
        if (poll.compareTo(Duration.ofMillis(10)) < 0) {
            throw new IllegalArgumentException("poll is 10 ms or more, not " + poll);
        }
    }

    /** The defaults. */
    public static ConductSettings defaults() {
        return new ConductSettings("node-" + UUID.randomUUID(), Duration.ofSeconds(1), Pace.real(), Clock.systemUTC());
    }

    /** The same for a node of this name. */
    public ConductSettings withNode(String name) {
        return new ConductSettings(name, poll, pace, clock);
    }

    /** The same, looking so often. */
    public ConductSettings withPoll(Duration every) {
        return new ConductSettings(node, every, pace, clock);
    }

    /** The same with this measure of time and this time of day. */
    public ConductSettings withTime(Pace measured, Clock told) {
        return new ConductSettings(node, poll, measured, told);
    }
}
