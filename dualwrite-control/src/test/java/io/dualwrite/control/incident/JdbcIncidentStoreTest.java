package io.dualwrite.control.incident;

import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

class JdbcIncidentStoreTest extends IncidentStoreContract {
    private final DataSource source = database();

    static DataSource database() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:incidents" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return source;
    }

    static JdbcIncidentStore on(DataSource source) throws SQLException {
        JdbcIncidentStore store = new JdbcIncidentStore(source);
        store.createTables();
        return store;
    }

    @Override
    IncidentStore store() throws SQLException {
        on(source);
        return on(source);
    }
}
