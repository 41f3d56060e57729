package io.dualwrite.control.rollback;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The same on servers. */
@Tag("matrix")
class ServerStepTimesTest {
    private static StepTimes on(DataSource source) throws SQLException {
        JdbcStepTimes times = new JdbcStepTimes(source);
        times.createTables();
        return times;
    }

    @Nested
    class OnPostgres extends StepTimesContract {
        private final DataSource source = PostgresServer.newSchema();

        @Override
        StepTimes times() throws SQLException {
            return on(source);
        }
    }

    @Nested
    class OnMariaDb extends StepTimesContract {
        private final DataSource source = MariaDbServer.newDatabase();

        @Override
        StepTimes times() throws SQLException {
            return on(source);
        }
    }
}
