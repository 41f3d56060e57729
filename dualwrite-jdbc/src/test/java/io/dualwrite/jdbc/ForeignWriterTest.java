package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A program that writes where the authority is, and past the library: no intent tells of what it does. */
@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class ForeignWriterTest {
    private final Sides<TestDatabase> databases;
    private final JdbcMigration migration;
    private final Customers customers;

    ForeignWriterTest(Engine origin, Engine target) throws Exception {
        databases = new Sides<>(origin.create(), target.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases.origin().run("insert into customer values (1, 'Ada'), (2, 'Bob'), (3, 'Cid')");
        migration = Jdbc.migration(
                        "shop", databases.origin().pool(), databases.target().pool())
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .build();
        customers = Customers.of(migration);
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.moveTo(Stage.SHADOW);
    }

    @AfterEach
    void close() {
        migration.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatItDoesIsNotCarriedButFoundAndRepairedByAVerification(Side authority) throws Exception {
        if (authority == Side.TARGET) {
            migration.verify(VerifyPolicy.REPORT);
            migration.moveTo(Stage.LIVE);
        }
        String table = authority == Side.ORIGIN ? "customer (id, name)" : "customers (id, full_name)";
        String bare = table.split(" ")[0];
        String name = authority == Side.ORIGIN ? "name" : "full_name";
        databases
                .of(authority)
                .run(
                        "insert into " + table + " values (4, 'foreign')",
                        "update " + bare + " set " + name + " = 'foreign' where id = 2",
                        "delete from " + bare + " where id = 3");
        customers.save(new Customer(1, "Ada L."));
        assertThat(migration.awaitDrained(Duration.ofSeconds(30))).isTrue();
        assertThat(rows(authority)).containsExactly("1,Ada L.", "2,foreign", "4,foreign");
        assertThat(rows(authority.other())).containsExactly("1,Ada L.", "2,Bob", "3,Cid");

        assertThat(migration.verify(VerifyPolicy.REPAIR).kinds())
                .containsOnly(Map.entry(Kind.MISSING, 1L), Map.entry(Kind.DIFFERENT, 1L), Map.entry(Kind.EXTRA, 1L));
        assertThat(rows(authority.other())).isEqualTo(rows(authority)).hasSize(3);
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
    }

    private List<String> rows(Side side) {
        return databases
                .of(side)
                .rows(
                        side == Side.ORIGIN
                                ? "select id, name from customer order by id"
                                : "select id, full_name from customers order by id");
    }
}
