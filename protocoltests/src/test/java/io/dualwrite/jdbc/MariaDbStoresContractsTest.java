package io.dualwrite.jdbc;

import io.dualwrite.servers.MariaDbServer;
import javax.sql.DataSource;

class MariaDbStoresContractsTest extends StoresContracts {
    private static final DataSource JOURNAL = MariaDbServer.newDatabase();

    @Override
    DataSource journal() {
        return JOURNAL;
    }
}
