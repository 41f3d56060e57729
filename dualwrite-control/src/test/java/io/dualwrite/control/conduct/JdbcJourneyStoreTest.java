package io.dualwrite.control.conduct;

import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

final class JdbcJourneyStoreTest extends JourneyStoreContract {
    @Override
    JourneyStore store() throws SQLException {
        return on(database());
    }

    static DataSource database() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return source;
    }

    static JdbcJourneyStore on(DataSource source) throws SQLException {
        JdbcJourneyStore store = new JdbcJourneyStore(source);
        store.createTables();
        store.createTables();
        return store;
    }
}
