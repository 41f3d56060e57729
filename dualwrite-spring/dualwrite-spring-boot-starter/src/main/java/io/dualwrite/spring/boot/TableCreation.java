package io.dualwrite.spring.boot;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.EmbeddedDatabaseConnection;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/** Whether the library creates its own tables, as the properties say. */
final class TableCreation {
    private TableCreation() {}

    /**
     * Asks databases what they are only where that matters, and the target only where the origin is an embedded one: a target
     * in production need not be there.
     */
    static boolean isWanted(
            @Nullable Boolean said, DatabaseInitializationMode mode, DataSource origin, DataSource target) {
        if (said != null) {
            return said;
        }
        return switch (mode) {
            case ALWAYS -> true;
            case NEVER -> false;
            case EMBEDDED ->
                EmbeddedDatabaseConnection.isEmbedded(origin) && EmbeddedDatabaseConnection.isEmbedded(target);
        };
    }
}
