package io.dualwrite.jdbc;

import io.dualwrite.servers.PostgresServer;
import io.dualwrite.stage.Sides;
import javax.sql.DataSource;

class PostgresContractsTest extends JdbcContracts {
    private static final Sides<DataSource> DATABASES = Sides.each(side -> PostgresServer.newPooledSchema());

    @Override
    Sides<DataSource> databases() {
        return DATABASES;
    }
}
