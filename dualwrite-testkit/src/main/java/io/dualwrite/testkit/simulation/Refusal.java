package io.dualwrite.testkit.simulation;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a simulated server answers instead of a result. Has no stack trace: a simulation throws thousands a second. */
final class Refusal extends SQLException {
    private static final long serialVersionUID = 1;

    private @Nullable String server;

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

    /** This refusal, which is that server's. */
    Refusal by(String name) {
        server = name;
        return this;
    }

    /** Whose it is; null when nobody said. */
    @Nullable String server() {
        return server;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
