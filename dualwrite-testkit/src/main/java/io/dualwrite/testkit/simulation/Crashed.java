package io.dualwrite.testkit.simulation;

/**
 * Ends the thread of an actor that was killed, or of any actor once a run is over. Nothing such a thread still does reaches
 * a database: its connections are dead. An Error, so that code which catches exceptions does not go on.
 */
public final class Crashed extends Error {
    private static final long serialVersionUID = 1;

    Crashed() {
        super("killed by the simulation", null, false, false);
    }
}
