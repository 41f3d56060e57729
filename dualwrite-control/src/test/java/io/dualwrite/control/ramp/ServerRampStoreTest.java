package io.dualwrite.control.ramp;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The same on servers. */
@Tag("matrix")
class ServerRampStoreTest {
    private static RampStore on(DataSource source) throws SQLException {
        JdbcRampStore store = new JdbcRampStore(source);
        store.createTables();
        return store;
    }

    @Nested
    class OnPostgres extends RampStoreContract {
        private final DataSource source = PostgresServer.newSchema();

        @Override
        RampStore store() throws SQLException {
            return on(source);
        }
    }

    @Nested
    class OnMariaDb extends RampStoreContract {
        private final DataSource source = MariaDbServer.newDatabase();

        @Override
        RampStore store() throws SQLException {
            return on(source);
        }
    }
}
