package io.dualwrite.jdbc;

import io.dualwrite.servers.PostgresServer;
import javax.sql.DataSource;

class PostgresStoresContractsTest extends StoresContracts {
    private static final DataSource JOURNAL = PostgresServer.newPooledSchema();

    @Override
    DataSource journal() {
        return JOURNAL;
    }
}
