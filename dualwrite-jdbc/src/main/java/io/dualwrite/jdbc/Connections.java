package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Ways to end a connection whose state is not known any more. */
final class Connections {
    private Connections() {}

    /** Breaks the connection and gives it back; what goes wrong with that is added to {@code cause}. */
    static void discard(Connection connection, Throwable cause) {
        try {
            // Not rolled back but cut: giving it back alive could commit what is left in it.
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException failure) {
            add(cause, failure);
        }
        try {
            connection.close();
        } catch (SQLException | RuntimeException failure) {
            add(cause, failure);
        }
    }

    /** Adds what went wrong afterwards; a driver may throw one and the same exception again. */
    static void add(Throwable cause, Throwable failure) {
        if (cause != failure) {
            cause.addSuppressed(failure);
        }
    }
}
