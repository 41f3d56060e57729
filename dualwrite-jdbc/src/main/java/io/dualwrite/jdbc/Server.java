package io.dualwrite.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * The server behind a connection.
 *
 * @param identity what tells it from any other, and stays over a restart; no secret
 * @param unfit why no write and no reading for a transfer may go there, or null: it is a replica, or read-only
 * @param early whether others see what was committed before it is sure to survive a crash; see {@link Place#harden}
 */
record Server(String identity, @Nullable String unfit, boolean early) {
    /** As much as the library's table keeps. */
    static final int LONGEST = 200;

    Server {
        if (identity.length() > LONGEST) {
            identity = identity.substring(identity.length() - LONGEST);
        }
    }
}
