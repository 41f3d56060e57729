package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.repair.BackfillPlan;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("pairs")
final class BackfillPlanTest {
    static Stream<Arguments> pairs() {
        return Stream.of(Arguments.of(Engine.H2, Engine.H2), Arguments.of(Engine.POSTGRES, Engine.MARIADB));
    }

    private final Sides<TestDatabase> databases;
    private final BrokenDataSource target;
    private final JdbcMigration migration;

    BackfillPlanTest(Engine origin, Engine target) {
        this.databases = new Sides<>(origin.create(), target.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases
                .origin()
                .run(
                        "insert into customer select n, 'c' || n from (" + origin.numbers(1, 50) + ") x",
                        "insert into orders values (9, 2, 'x')");
        this.target = new BrokenDataSource(databases.target().pool());
        this.migration = Jdbc.migration("shop", databases.origin().pool(), this.target)
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("the tests")
                .build();
    }

    @AfterEach
    void close() {
        target.now(Break.NEVER);
        migration.close();
    }

    @Test
    void beforeTheFirstStepItSaysWhatIsInTheWayAndChangesNothing() throws Exception {
        assertThatThrownBy(migration::planBackfill)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("started");
        migration.start();
        // What the library has of its own there, whoever looks at both sides first has created.
        migration.status();
        Sides<TreeMap<String, List<String>>> before = contents();

        BackfillPlan plan = migration.planBackfill();

        assertThat(plan.obstacles()).singleElement().asString().contains("stage is OFF");
        assertThat(plan.types()).extracting(BackfillPlan.OfType::type).containsExactly("customer", "orders");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void whatIsAgainstTheCopyIsToldBeforeTheFirstStepAlready() throws Exception {
        migration.start();
        databases.target().run("drop table orders_v2", "insert into customers (id) values (77)");

        assertThat(migration.planBackfill().obstacles())
                .hasSize(3)
                .anyMatch(reason -> reason.contains("stage is OFF"))
                .anyMatch(reason -> reason.contains("no table orders_v2 on the TARGET"))
                .anyMatch(reason -> reason.contains("customers on the TARGET has rows already"));
    }

    @Test
    void rowsOnTheTargetAreNothingAgainstACopyThatWasBegun() throws Exception {
        migration.start();
        migration.moveTo(Stage.JOURNAL);
        databases.target().run("insert into customers (id) values (77)");

        assertThat(migration.planBackfill().obstacles())
                .singleElement()
                .asString()
                .contains("stage is JOURNAL");
    }

    @Test
    void onceTheCopyFollowsItSaysWhatWouldBeDoneAndDoesNothingOfIt() throws Exception {
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        Sides<TreeMap<String, List<String>>> before = contents();

        BackfillPlan plan = migration.planBackfill();

        assertThat(contents()).isEqualTo(before);
        assertThat(before.target().keySet()).contains("dualwrite_checkpoint");
        assertThat(plan.obstacles()).isEmpty();
        assertThat(plan.waitsFor()).isEmpty();
        assertThat(plan.types()).extracting(BackfillPlan.OfType::type).containsExactly("customer", "orders");
        assertThat(plan.types()).allSatisfy(type -> {
            assertThat(type.done()).isZero();
            assertThat(type.ended()).isFalse();
        });
        if (databases.origin().engine().isH2()) {
            assertThat(plan.types().get(0).records()).isEqualTo(50);
        }
        if (databases.target().engine().isH2()) {
            assertThat(plan.types().get(0).onTarget()).isZero();
        }
        migration.pauseBackfill();
        assertThat(migration.planBackfill().waitsFor()).isNotEmpty();
        migration.resumeBackfill();
        migration.backfill();
        assertThat(migration.planBackfill().types())
                .allSatisfy(type -> assertThat(type.ended()).isTrue());
        assertThat(migration.planBackfill().types())
                .extracting(BackfillPlan.OfType::done)
                .containsExactly(50L, 1L);
    }

    @Test
    void aTargetThatIsOutOfReachIsAnObstacle() throws Exception {
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        target.now(Break.CONNECT);

        BackfillPlan plan = migration.planBackfill();

        assertThat(plan.obstacles()).isNotEmpty();
        assertThat(plan.types()).allSatisfy(type -> assertThat(type.onTarget()).isEqualTo(-1));
    }

    /** Every row of every table on both sides. */
    private Sides<TreeMap<String, List<String>>> contents() throws SQLException {
        return new Sides<>(contents(Side.ORIGIN), contents(Side.TARGET));
    }

    private TreeMap<String, List<String>> contents(Side side) throws SQLException {
        TestDatabase database = databases.of(side);
        TreeMap<String, List<String>> contents = new TreeMap<>();
        try (Connection connection = database.pool().getConnection()) {
            DatabaseMetaData meta = connection.getMetaData();
            for (String kind : List.of("TABLE", "BASE TABLE")) {
                try (ResultSet tables =
                        meta.getTables(connection.getCatalog(), connection.getSchema(), null, new String[] {kind})) {
                    while (tables.next()) {
                        String name = tables.getString("TABLE_NAME");
                        contents.put(name.toLowerCase(Locale.ROOT), List.of(name));
                    }
                }
            }
        }
        contents.replaceAll((table, any) ->
                database.rows("select * from " + table).stream().sorted().toList());
        return contents;
    }
}
