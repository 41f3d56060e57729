package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a PostgreSQL server's identity keeps over a restart, and loses when a replica is promoted. */
final class PostgresServerTest {
    @Test
    void aRestartChangesNothingAndAPromotionDoes(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        Server first;
        try (EmbeddedPostgres server = start(data)) {
            first = ask(server, "postgres");
            assertThat(first.unfit()).isNull();
            run(server, "create role plain login");
            assertThat(ask(server, "plain")).isEqualTo(first);
        }
        try (EmbeddedPostgres server = start(data)) {
            assertThat(ask(server, "postgres")).isEqualTo(first);
        }
        Files.createFile(data.resolve("standby.signal"));
        try (EmbeddedPostgres server = start(data)) {
            assertThat(ask(server, "postgres").unfit()).contains("in recovery");
            run(server, "select pg_promote(true, 60)");
            Server promoted = ask(server, "postgres");
            assertThat(promoted.unfit()).isNull();
            assertThat(promoted.identity()).isNotEqualTo(first.identity());
        }
    }

    private static EmbeddedPostgres start(Path data) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
    }

    private static void run(EmbeddedPostgres server, String sql) throws Exception {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Server ask(EmbeddedPostgres server, String user) throws Exception {
        try (Connection connection = server.getDatabase(user, "postgres").getConnection()) {
            return new PostgresDialect().server(new Statements(connection, new PostgresDialect(), 0));
        }
    }
}
