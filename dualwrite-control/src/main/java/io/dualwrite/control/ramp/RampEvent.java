package io.dualwrite.control.ramp;

import io.dualwrite.event.Fault;

/** Something that happened to a ramp, told on the node where it was seen. */
public sealed interface RampEvent {
    /** The state is another one, changed by this node or, seen from here, by another one or a person. */
    record Moved(RampState from, RampState to) implements RampEvent {}

    /** This node's own limit was reached: its reads go to the source, and it asks the fleet to go back. */
    record Tripped(String why) implements RampEvent {}

    /** The ramp's state could not be read for so long that this node's reads go to the source until it can. */
    record Blind(Fault fault) implements RampEvent {}

    /** The state can be read again. */
    record SeesAgain() implements RampEvent {}

    /** A gate's verdict changed. */
    record Ruled(Ruling ruling) implements RampEvent {}
}
