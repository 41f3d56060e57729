package io.dualwrite.control.incident;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The same on servers. */
@Tag("matrix")
class ServerIncidentStoreTest {
    @Nested
    class OnPostgres extends IncidentStoreContract {
        private final DataSource source = PostgresServer.newSchema();

        @Override
        IncidentStore store() throws SQLException {
            return JdbcIncidentStoreTest.on(source);
        }
    }

    @Nested
    class OnMariaDb extends IncidentStoreContract {
        private final DataSource source = MariaDbServer.newDatabase();

        @Override
        IncidentStore store() throws SQLException {
            return JdbcIncidentStoreTest.on(source);
        }
    }
}
