package io.dualwrite.jdbc;

import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

class H2StoresContractsTest extends StoresContracts {
    private static final DataSource JOURNAL = journalInMemory();

    private static DataSource journalInMemory() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:stores" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return source;
    }

    @Override
    DataSource journal() {
        return JOURNAL;
    }
}
