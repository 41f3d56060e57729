package io.dualwrite.jdbc;

import io.dualwrite.stage.Sides;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresContractsTest extends JdbcContracts {
    private static EmbeddedPostgres server;
    private static Sides<DataSource> databases;

    @BeforeAll
    static void start() throws Exception {
        server = EmbeddedPostgres.builder().start();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database legacy");
            statement.execute("create database next");
        }
        databases = new Sides<>(server.getDatabase("postgres", "legacy"), server.getDatabase("postgres", "next"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    Sides<DataSource> databases() {
        return databases;
    }
}
