package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From one MariaDB database to another. */
@Tag("matrix")
class JpaCaptureOnMariaDbTest extends JpaCaptureTest {
    @Override
    Databases databases() {
        return Databases.of(MariaDbServer::newDatabase, "AUTO_INCREMENT");
    }

    @Test
    @Override
    void recordsThatOneStatementAddsFromOthers() {
        assertThatThrownBy(this::copyStocks).rootCause().hasMessageContaining("WHOLE_TABLE");
    }
}
