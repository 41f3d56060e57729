package io.dualwrite.jdbc;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** An engine, of which tests take as many empty databases as they like. */
enum NewDatabase {
    /** In memory. */
    H2 {
        @Override
        DataSource create() {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:new" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
            return source;
        }
    },
    /** A schema on the one server of this process. */
    POSTGRES {
        @Override
        DataSource create() {
            return PostgresServer.newPooledSchema();
        }
    },
    /** A database on the one server of this process. */
    MARIADB {
        @Override
        DataSource create() {
            return MariaDbServer.newDatabase();
        }
    };

    private static final AtomicInteger NUMBER = new AtomicInteger();

    abstract DataSource create();
}
