package io.dualwrite.examples.orders.server;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;
import org.h2.api.ErrorCode;

/**
 * Tells the pool which failures of H2 mean that the server is gone. H2 uses none of the SQL states that pools know, so
 * that dead connections would go round and round after the server is back.
 */
public final class BrokenConnections implements SQLExceptionOverride {
    private static final Set<Integer> SERVER_GONE = Set.of(
            ErrorCode.CONNECTION_BROKEN_1,
            ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
            ErrorCode.DATABASE_IS_CLOSED,
            ErrorCode.OBJECT_CLOSED);

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return SERVER_GONE.contains(failure.getErrorCode()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
