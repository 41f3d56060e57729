package io.dualwrite.control.rollback;

import java.sql.SQLException;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;

final class JdbcStepTimesTest extends StepTimesContract {
    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");

    @AfterEach
    void close() {
        pool.dispose();
    }

    @Override
    StepTimes times() throws SQLException {
        JdbcStepTimes times = new JdbcStepTimes(pool);
        times.createTables();
        return times;
    }
}
