package io.dualwrite.spring.jpa;

import io.dualwrite.servers.PostgresServer;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import org.junit.jupiter.api.Tag;

/** From one schema of PostgreSQL's to another. */
@Tag("matrix")
class RoutedPersistenceUnitOnPostgresTest extends RoutedPersistenceUnitTest {
    @Override
    Databases databases() {
        return Databases.of(PostgresServer::newSchema, JpaShop.IDENTITY);
    }

    @Override
    String dialect() {
        return "org.hibernate.dialect.PostgreSQLDialect";
    }
}
