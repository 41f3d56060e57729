package io.dualwrite.servers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The one PostgreSQL server of this process, started when it is first asked for and stopped with the process. */
public final class PostgresServer {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private PostgresServer() {}

    /** A new schema, empty, in the server's one database. */
    public static PGSimpleDataSource newSchema() {
        PGSimpleDataSource source = (PGSimpleDataSource) Server.ONLY.getPostgresDatabase();
        String schema = "test" + NUMBER.incrementAndGet();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        source.setCurrentSchema(schema);
        return source;
    }

    /** As {@link #newSchema()}, over connections that are kept: new ones know nothing of the catalog yet, which is slow. */
    public static DataSource newPooledSchema() {
        String schema = newSchema().getCurrentSchema();
        return new SuppliedDataSource(() -> {
            Connection connection = Pool.ONLY.getConnection();
            connection.setSchema(schema);
            return connection;
        });
    }

    private static final class Pool {
        private static final int MOST = 300;
        static final DataSource ONLY = create();

        private static DataSource create() {
            HikariConfig config = new HikariConfig();
            config.setDataSource(Server.ONLY.getPostgresDatabase());
            config.setMaximumPoolSize(MOST);
            config.setMinimumIdle(0);
            return new HikariDataSource(config);
        }
    }

    private static final class Server {
        static final EmbeddedPostgres ONLY = launch();

        private static EmbeddedPostgres launch() {
            try {
                EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setServerConfig("max_connections", "400");
                if (Durability.WANTED) {
                    for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                        builder.setServerConfig(setting, "on");
                    }
                }
                return builder.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
