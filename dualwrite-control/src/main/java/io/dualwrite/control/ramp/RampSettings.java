package io.dualwrite.control.ramp;

import io.dualwrite.fence.Pace;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one node takes part in a ramp. Immutable.
 *
 * @param node what the audit calls this node; unique to this start of this process. Default: a random name
 * @param poll how often the node looks at the ramp's state, reports and judges; 10 ms or more; default 500 ms. A change by
 *     one node reaches the reads of another one within about this time
 * @param pace measures every duration
 * @param clock the time of day in the audit; decides nothing
 * @param meters where {@link RampMeters} are registered; null by default: nowhere
 * @param listeners told what happens, on the ramp's own thread or on that of the answer that tripped the wire
 */
public record RampSettings(
        String node,
        Duration poll,
        Pace pace,
        Clock clock,
        @Nullable MeterRegistry meters,
        List<Consumer<? super RampEvent>> listeners) {
    public RampSettings {
        if (node.isBlank() || node.length() > 100) {
            throw new IllegalArgumentException("A node has a name of 1 to 100 characters, not '" + node + "'");
        }
        if (poll.compareTo(Duration.ofMillis(10)) < 0) {
            throw new IllegalArgumentException("poll is 10 ms or more, not " + poll);
        }
        listeners = List.copyOf(listeners);
    }

    /** The defaults. */
    public static RampSettings defaults() {
        return new RampSettings(
                "node-" + UUID.randomUUID(), Duration.ofMillis(500), Pace.real(), Clock.systemUTC(), null, List.of());
    }

    /** The same for a node of this name. */
    public RampSettings withNode(String name) {
        return new RampSettings(name, poll, pace, clock, meters, listeners);
    }

    /** The same, looking so often. */
    public RampSettings withPoll(Duration every) {
        return new RampSettings(node, every, pace, clock, meters, listeners);
    }

    /** The same with this measure of time and this time of day. */
    public RampSettings withTime(Pace measured, Clock told) {
        return new RampSettings(node, poll, measured, told, meters, listeners);
    }

    /** The same, with meters in this registry. */
    public RampSettings withMeters(MeterRegistry registry) {
        return new RampSettings(node, poll, pace, clock, registry, listeners);
    }

    /** The same with one listener more; whatever it throws is caught and logged. */
    public RampSettings withListener(Consumer<? super RampEvent> more) {
        List<Consumer<? super RampEvent>> all = new ArrayList<>(listeners);
        all.add(more);
        return new RampSettings(node, poll, pace, clock, meters, all);
    }
}
