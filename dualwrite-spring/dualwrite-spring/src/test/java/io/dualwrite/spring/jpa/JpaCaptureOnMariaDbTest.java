package io.dualwrite.spring.jpa;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import org.junit.jupiter.api.Tag;

/** From one MariaDB database to another. */
@Tag("matrix")
class JpaCaptureOnMariaDbTest extends JpaCaptureTest {
    @Override
    Databases databases() {
        return Databases.of(MariaDbServer::newDatabase, "AUTO_INCREMENT");
    }
}
