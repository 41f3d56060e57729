package io.dualwrite.control.conduct;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The same on servers. */
@Tag("matrix")
class ServerJourneyStoreTest {
    @Nested
    class OnPostgres extends JourneyStoreContract {
        private final DataSource source = PostgresServer.newSchema();

        @Override
        JourneyStore store() throws SQLException {
            return JdbcJourneyStoreTest.on(source);
        }
    }

    @Nested
    class OnMariaDb extends JourneyStoreContract {
        private final DataSource source = MariaDbServer.newDatabase();

        @Override
        JourneyStore store() throws SQLException {
            return JdbcJourneyStoreTest.on(source);
        }
    }
}
