package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Trees in a table: rows reference rows of the same table, whatever order they were made and named in. */
@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class SelfReferenceTest {
    record Node(Long id, Long parentId) {}

    private static final Table<Node, Long> NODES =
            Jdbc.table("nodes", Node.class, Long.class).key(Node::id);

    private final Sides<TestDatabase> databases;
    private final JdbcMigration migration;

    SelfReferenceTest(Engine origin, Engine target) {
        databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run("create table nodes (id bigint primary key, parent_id bigint, foreign key (parent_id)"
                            + " references nodes (id))");
        }
        migration = Jdbc.migration(
                        "tree", databases.origin().pool(), databases.target().pool())
                .records(NODES.references(NODES, "parent_id", "parent_id"))
                .createTables(true)
                .attestedBy("the tests")
                .build();
    }

    @BeforeEach
    void start() throws InterruptedException {
        databases
                .origin()
                .run("insert into nodes values (9, null)", "insert into nodes values (1, 9), (5, 1), (3, 5), (7, 7)");
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
    }

    @AfterEach
    void close() {
        migration.close();
    }

    @Test
    void parentsComeFirstAndGoLast() throws Exception {
        migration.backfill();
        assertSame();

        change(
                List.of(2L, 4L, 1L),
                "insert into nodes values (4, null), (2, 4)",
                "update nodes set parent_id = 2 where id = 1");
        assertSame();

        change(
                List.of(9L, 1L, 5L, 3L, 2L, 4L, 7L),
                "update nodes set parent_id = null",
                "delete from nodes where id in (9, 1, 5, 2, 4, 7)");
        assertSame();
        assertThat(databases.target().rows("select id from nodes")).containsExactly("3");
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
    }

    private void change(List<Long> keys, String... statements) throws Exception {
        migration.inTransaction(() -> {
            try (var connection = migration.dataSource(Side.ORIGIN).getConnection();
                    var statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
            keys.forEach(key -> migration.changed(NODES, key));
        });
    }

    private void assertSame() throws InterruptedException {
        assertThat(migration.awaitDrained(Duration.ofSeconds(20))).isTrue();
        String all = "select id, parent_id from nodes order by id";
        assertThat(databases.target().rows(all)).isEqualTo(databases.origin().rows(all));
    }
}
