package io.dualwrite.jdbc;

import io.dualwrite.stage.Sides;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

class H2ContractsTest extends JdbcContracts {
    private static final Sides<DataSource> DATABASES = Sides.each(side -> {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:" + side + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return source;
    });

    @Override
    Sides<DataSource> databases() {
        return DATABASES;
    }
}
