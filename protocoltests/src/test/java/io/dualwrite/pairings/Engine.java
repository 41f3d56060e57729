package io.dualwrite.pairings;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** A database engine, in its own words where those differ. */
enum Engine {
    H2("timestamp(6) with time zone") {
        @Override
        DataSource database() {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            return source;
        }
    },
    POSTGRES("timestamp(6) with time zone") {
        @Override
        DataSource database() {
            return PostgresServer.newSchema();
        }
    },
    MARIADB("timestamp(6) null") {
        @Override
        DataSource database() {
            return MariaDbServer.newDatabase();
        }
    };

    private final String instant;

    Engine(String instant) {
        this.instant = instant;
    }

    /** The type of a point in time. */
    String instant() {
        return instant;
    }

    abstract DataSource database();

    /** Connections to a new database; closed by the caller. */
    static HikariDataSource pool(DataSource database, int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }
}
