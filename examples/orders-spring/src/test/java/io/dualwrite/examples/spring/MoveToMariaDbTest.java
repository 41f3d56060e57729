package io.dualwrite.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.servers.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** From PostgreSQL to MariaDB, which has no other names there. */
@Tag("matrix")
class MoveToMariaDbTest {
    @Test
    void fromPostgresToMariaDbAndBackAndThere() throws Exception {
        PGSimpleDataSource source = PostgresServer.newSchema();
        Place legacy =
                new Place(source.getUrl(), String.valueOf(source.getUser()), String.valueOf(source.getPassword()));
        Place next = new Place(MariaDbServer.newDatabase().getUrl(), "root", "");

        Move.make(
                legacy,
                next,
                "--dualwrite.migrations.shop.target-jpa.hibernate.physical_naming_strategy="
                        + "org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl");

        List<String> lastLegacyLines =
                legacy.rows("select id, order_id, product_id, quantity, price from order_lines order by id");
        assertThat(lastLegacyLines).hasSizeGreaterThan(20);
        assertThat(next.rows("select id, order_id, product_id, quantity, price from order_lines order by id"))
                .containsAll(lastLegacyLines);
    }
}
