package io.dualwrite.control.incident;

import io.dualwrite.control.ramp.RampPhase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * How one node looks after incidents. Immutable.
 *
 * @param node what timelines call this node; default: a random name
 * @param poll how often rules and timers are looked at, 10 ms or more; default 1 s
 * @param clock times incidents: kept in the store, so that every node goes by them; nodes' clocks should agree to within
 *     seconds
 * @param sinks where notices go; default: the log
 * @param ramp where the read ramp stands; default: there is none
 */
public record IncidentSettings(
        String node, Duration poll, Clock clock, List<IncidentSink> sinks, Supplier<RampPhase> ramp) {
    public IncidentSettings {
        if (node.isBlank() || node.length() > 100) {
            throw new IllegalArgumentException("A node has a name of 1 to 100 characters, not '" + node + "'");
        }
        if (poll.compareTo(Duration.ofMillis(10)) < 0) {
            throw new IllegalArgumentException("poll is 10 ms or more, not " + poll);
        }
        sinks = List.copyOf(sinks);
    }

    /** The defaults. */
    public static IncidentSettings defaults() {
        return new IncidentSettings(
                "node-" + UUID.randomUUID(),
                Duration.ofSeconds(1),
                Clock.systemUTC(),
                List.of(new LogSink()),
                () -> RampPhase.OFF);
    }

    /** The same for a node of this name. */
    public IncidentSettings withNode(String name) {
        return new IncidentSettings(name, poll, clock, sinks, ramp);
    }

    /** The same, looking so often. */
    public IncidentSettings withPoll(Duration every) {
        return new IncidentSettings(node, every, clock, sinks, ramp);
    }

    /** The same, timed by this clock. */
    public IncidentSettings withClock(Clock timed) {
        return new IncidentSettings(node, poll, timed, sinks, ramp);
    }

    /** The same with one sink more. */
    public IncidentSettings withSink(IncidentSink more) {
        List<IncidentSink> all = new ArrayList<>(sinks);
        all.add(more);
        return new IncidentSettings(node, poll, clock, all, ramp);
    }

    /** The same with a read ramp: {@code () -> control.state().phase()}. */
    public IncidentSettings withRamp(Supplier<RampPhase> stands) {
        return new IncidentSettings(node, poll, clock, sinks, stands);
    }
}
