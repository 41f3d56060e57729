package io.dualwrite.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.servers.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The shop moves while it is used, and those who use it notice nothing. */
class MoveTest {
    private static final Path PAGE = Path.of("../../docs/moving-a-shop.md");

    @Test
    void fromH2ToAnotherSchemaOnPostgresAndBackAndThere() throws Exception {
        PGSimpleDataSource target = PostgresServer.newSchema();
        Place legacy = new Place("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
        Place next = new Place(target.getUrl(), String.valueOf(target.getUser()), String.valueOf(target.getPassword()));

        String transcript = Move.make(legacy, next);

        List<String> lastLegacyOrders =
                legacy.rows("select id, version, status, customer_id, placed_at from orders order by id");
        assertThat(lastLegacyOrders).hasSizeGreaterThan(20);
        assertThat(next.rows("select id, version, status, customer_id, ordered_at from shop_orders order by id"))
                .containsAll(lastLegacyOrders)
                .hasSizeGreaterThan(lastLegacyOrders.size());
        assertThat(Files.readString(PAGE)).contains(transcript);
    }

    @Test
    void thirtyLinesAreAllThatTheMoveAddsToTheApplication() throws IOException {
        List<String> properties;
        try (Stream<String> lines = Files.lines(Path.of("src/main/resources/application.properties"))) {
            properties = lines.filter(line -> line.matches("(dualwrite|target|management)\\..*"))
                    .toList();
        }
        List<String> code =
                Files.readAllLines(Path.of("src/main/java/io/dualwrite/examples/spring/shop/TargetDatabase.java"));

        assertThat(properties.size() + code.size()).isLessThanOrEqualTo(30);
    }
}
