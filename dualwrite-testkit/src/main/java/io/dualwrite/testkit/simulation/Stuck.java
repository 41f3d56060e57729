package io.dualwrite.testkit.simulation;

/** A run took more steps than its bound: a livelock, a deadlock that time-outs do not end, or a bound set too low. */
public final class Stuck extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stuck(String message) {
        super(message);
    }
}
