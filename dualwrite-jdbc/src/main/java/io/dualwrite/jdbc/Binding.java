package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.sql.Connection;

/** What a thread is in the middle of, and the connection that its repositories get meanwhile. */
sealed interface Binding permits FencedTransaction, StrictReads.Bound {
    Side side();

    /** Guarded: what must not be done here is refused. */
    Connection connection();
}
