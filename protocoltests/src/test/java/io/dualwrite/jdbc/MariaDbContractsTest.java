package io.dualwrite.jdbc;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.stage.Sides;
import javax.sql.DataSource;

class MariaDbContractsTest extends JdbcContracts {
    private static final Sides<DataSource> DATABASES = Sides.each(side -> MariaDbServer.newDatabase());

    @Override
    Sides<DataSource> databases() {
        return DATABASES;
    }
}
