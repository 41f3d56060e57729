package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transaction;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A side whose connections lead to another server than the one that is known. */
@ParameterizedClass
@EnumSource(Engine.class)
final class ServerWatchTest {
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final Sides<TestDatabase> databases;
    private final JdbcMigration migration;
    private final Customers customers;

    ServerWatchTest(Engine engine) throws Exception {
        databases = new Sides<>(engine.create(), engine.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases.origin().run("insert into customer values (1, 'one')");
        migration = build();
        customers = Customers.of(migration);
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.verify(VerifyPolicy.REPAIR);
        migration.moveTo(Stage.SHADOW);
        assertThat(migration.obstacles(Stage.LIVE)).isEmpty();
    }

    @AfterEach
    void close() {
        migration.close();
    }

    @Test
    void everyConnectionOfOneServerHasOneIdentity() throws Exception {
        String known = databases.origin().value("select identity from dualwrite_server where side = 'ORIGIN'");
        for (int number = 0; number < 2; number++) {
            try (Connection connection = databases.origin().pool().getConnection()) {
                Server server = Dialect.of(connection).server(new Statements(connection, Dialect.of(connection), 0));
                assertThat(server).isEqualTo(new Server(known, null, server.early()));
            }
        }
    }

    @Test
    void connectionsThatFindOtherTablesOfTheLibraryLeadToAnotherServer() throws Exception {
        TestDatabase other = databases.origin().engine().createUnpooled();
        Schema.of("shop", Side.ORIGIN, other.pool()).apply();
        Shop mixed = new Shop(
                databases, new Sides<>(other.pool(), databases.target().pool()), List.of(Shop.ORDERS, Shop.CUSTOMERS));
        mixed.board.refresh();
        ServerWatch watch = mixed.made.controls().origin().servers();
        assertThat(watch.doubt()).isNull();
        mixed.transactions(Duration.ofSeconds(10)).write(Transaction::side);
        assertThat(watch.doubt()).contains("adoptServer(ORIGIN, who)");
    }

    @Test
    void writesGoOnAndTransfersRest() throws Exception {
        move(Side.TARGET);
        customers.save(new Customer(2, "two"));
        ControlRows controls = controls(Side.TARGET);
        controls.read();
        try (Session session = controls.place().begin()) {
            assertThatThrownBy(() -> controls.place().servers().require(session))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("adoptServer(TARGET, who)");
        }
        migration.refresh();
        assertThatThrownBy(() -> migration.verify(VerifyPolicy.REPAIR))
                .hasStackTraceContaining("adoptServer(TARGET, who)");
        assertThat(migration.backlog().open()).isEqualTo(1);
        assertThat(databases.target().count("customers")).isEqualTo(1);
    }

    @Test
    void nothingIsHandedOverAndItIsToldOnce() {
        move(Side.ORIGIN);
        migration.refresh();
        migration.refresh();
        assertThat(migration.obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("adoptServer(ORIGIN, who)"));
        assertThat(events)
                .filteredOn(ServerChanged.class::isInstance)
                .singleElement()
                .extracting(event -> ((ServerChanged) event).side())
                .isEqualTo(Side.ORIGIN);
    }

    @Test
    void anotherNodeKnowsFromTheTable() throws Exception {
        databases.target().run("update dualwrite_server set stranger = 'elsewhere'");
        try (JdbcMigration node = build()) {
            node.refresh();
            assertThat(node.obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("elsewhere"));
        }
    }

    @Test
    void onceAdoptedItIsTrustedAgainAfterANewVerification() throws Exception {
        try (JdbcMigration node = build()) {
            node.refresh();
            move(Side.TARGET);
            node.refresh();
            migration.refresh();
            assertThat(node.obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("adoptServer"));
            assertThatThrownBy(() -> migration.adoptServer(Side.TARGET, " "))
                    .isInstanceOf(IllegalArgumentException.class);

            migration.adoptServer(Side.TARGET, "the owner");
            node.refresh();
            assertThat(node.obstacles(Stage.LIVE))
                    .isNotEmpty()
                    .allMatch(reason -> reason.contains("clean verification"));
            assertThat(node.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
            assertThat(node.obstacles(Stage.LIVE)).isEmpty();
        }
    }

    @Test
    void whoKnewOnlyWhatWasKnownBeforeAnAdoptionMakesNoStrangerOfTheAdopted() {
        String target = "update dualwrite_server set stranger = identity, identity = 'before' where side = 'TARGET'";
        ControlRows controls = controls(Side.TARGET);
        controls.read();
        databases.target().run(target);
        controls.read();
        assertThat(controls.servers().doubt()).contains("adoptServer(TARGET, who)");
        databases
                .target()
                .run("update dualwrite_server set identity = stranger where side = 'TARGET' and identity = 'before'");
        controls.read();
        assertThat(controls.servers().doubt()).isNull();
    }

    @Test
    void aRollbackToAServerThatWasAdoptedWantsAVerificationToo() throws Exception {
        migration.moveTo(Stage.LIVE);
        move(Side.ORIGIN);
        migration.refresh();
        migration.adoptServer(Side.ORIGIN, "the owner");
        assertThat(migration.obstacles(Stage.SHADOW)).anyMatch(reason -> reason.contains("clean verification"));
        assertThat(migration.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        migration.moveTo(Stage.SHADOW);
        assertThat(migration.stage()).isEqualTo(Stage.SHADOW);
    }

    /** As if the side's connections led elsewhere from now on: what is known is another server. */
    private void move(Side side) {
        databases.of(side).run("update dualwrite_server set identity = 'before', adoptions = adoptions + 1");
    }

    private ControlRows controls(Side side) {
        return new ControlRows(
                new Place(
                        "shop",
                        side,
                        databases.of(side).pool(),
                        new Limits(Duration.ofSeconds(5), Duration.ofMillis(100)),
                        Pace.real()),
                false);
    }

    private JdbcMigration build() {
        return Jdbc.migration(
                        "shop", databases.origin().pool(), databases.target().pool())
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .listener(events::add)
                .build();
    }
}
