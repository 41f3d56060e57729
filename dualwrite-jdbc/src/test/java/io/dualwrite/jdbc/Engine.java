package io.dualwrite.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.tools.Server;
import org.h2.tools.TriggerAdapter;
import org.postgresql.ds.PGSimpleDataSource;

/** A real database engine, of which tests take as many empty databases as they like. */
enum Engine {
    H2 {
        @Override
        TestDatabase create() {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:test" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
            return new TestDatabase(this, source);
        }
    },
    POSTGRES {
        @Override
        TestDatabase create() {
            PGSimpleDataSource source = (PGSimpleDataSource) Postgres.ONLY.getPostgresDatabase();
            String schema = "test" + NUMBER.incrementAndGet();
            new TestDatabase(this, source).run("create schema " + schema);
            source.setCurrentSchema(schema);
            return new TestDatabase(this, source);
        }
    },
    /** H2 over its own network protocol. */
    H2_SERVER {
        @Override
        TestDatabase create() {
            JdbcDataSource source = new JdbcDataSource();
            source.setURL("jdbc:h2:tcp://localhost:" + H2Server.ONLY.getPort() + "/mem:server"
                    + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
            return new TestDatabase(this, source);
        }
    };

    /** Adds a trigger that does nothing. */
    void createTrigger(TestDatabase database, String name, String table) {
        if (isH2()) {
            database.run("create trigger " + name + " after insert on " + table + " call '"
                    + IdleTrigger.class.getName() + "'");
        } else {
            database.run(
                    "create function idle() returns trigger language plpgsql as 'begin return null; end'",
                    "create trigger " + name + " after insert on " + table
                            + " for each statement execute function idle()");
        }
    }

    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** An empty database: in memory, or a schema of its own on the one server of this process. */
    abstract TestDatabase create();

    boolean isH2() {
        return this != POSTGRES;
    }

    /** Does nothing. */
    public static final class IdleTrigger extends TriggerAdapter {
        @Override
        public void fire(Connection connection, ResultSet before, ResultSet after) {}
    }

    private static final class H2Server {
        static final Server ONLY = start();

        private static Server start() {
            try {
                return Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-tcpDaemon")
                        .start();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Started when it is first asked for; it ends with the process. */
    private static final class Postgres {
        static final EmbeddedPostgres ONLY = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
