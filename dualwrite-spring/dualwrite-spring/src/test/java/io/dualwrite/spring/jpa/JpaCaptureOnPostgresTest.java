package io.dualwrite.spring.jpa;

import io.dualwrite.servers.PostgresServer;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import org.junit.jupiter.api.Tag;

/** From one PostgreSQL database to another. */
@Tag("matrix")
class JpaCaptureOnPostgresTest extends JpaCaptureTest {
    @Override
    Databases databases() {
        return Databases.of(PostgresServer::newSchema, JpaShop.IDENTITY);
    }
}
