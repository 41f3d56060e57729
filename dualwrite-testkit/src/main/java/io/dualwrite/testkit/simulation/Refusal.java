package io.dualwrite.testkit.simulation;

import java.sql.SQLException;

/** What a simulated server answers instead of a result. Has no stack trace: a simulation throws thousands a second. */
final class Refusal extends SQLException {
    private static final long serialVersionUID = 1;

    private Refusal(String message, String state, int code) {
        super(message, state, code);
    }

    static Refusal of(String state, String message) {
        return new Refusal(message, state, 0);
    }

    /** With an engine's own number. */
    static Refusal of(String state, int code, String message) {
        return new Refusal(message, state, code);
    }

    /** The text is not in the part of SQL that the simulation knows: a gap in the simulation, never to be tolerated. */
    static UnsupportedOperationException unknown(String what, String sql) {
        return new UnsupportedOperationException("The simulated store does not know " + what + " in: " + sql);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
