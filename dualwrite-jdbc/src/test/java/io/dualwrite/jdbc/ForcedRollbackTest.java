package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.AuthorityForced;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.PossibleLoss;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.Unreconciled;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A target that is lost with the authority, and what comes back of it. */
@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class ForcedRollbackTest {
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final Sides<TestDatabase> databases;
    private final BrokenDataSource target;
    private final JdbcMigration migration;
    private final Customers customers;

    /** At LIVE, with nothing running in the background: what is written to the target stays there. */
    ForcedRollbackTest(Engine origin, Engine target) throws Exception {
        this.databases = new Sides<>(origin.create(), target.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        this.target = new BrokenDataSource(databases.target().pool());
        this.migration = build();
        this.customers = Customers.of(migration);
        databases.origin().run("insert into customer values (1, 'one'), (2, 'two'), (3, 'three')");
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.verify(VerifyPolicy.REPAIR);
        migration.moveTo(Stage.LIVE);
        customers.save(new Customer(1, "newer"));
        customers.save(new Customer(4, "new"));
        customers.deleteById(3);
    }

    @AfterEach
    void close() {
        target.now(Break.NEVER);
        migration.close();
    }

    @Test
    void whatMayBeLostIsSaidBeforehand() {
        migration.backlog();
        PossibleLoss loss = migration.possibleLoss();
        assertThat(loss.pendingHere()).isEqualTo(3);
        assertThat(loss.lastBacklog()).isNotNull();
        assertThat(loss.toString())
                .contains("AUTHORITY at LIVE, handover 1")
                .contains("3 intents were open")
                .contains("this process knows of 3 changed records");
    }

    @Test
    void nothingIsForcedWhileTheTargetCanBeReachedOrByNobody() {
        assertThatThrownBy(() -> migration.forceRollback("the owner"))
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("can be reached");
        assertThatThrownBy(() -> migration.forceRollback(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThat(migration.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void theOriginGoesOnAndNobodyWhoKnowsUsesTheLostTargetAgain() throws Exception {
        target.now(Break.CONNECT);
        assertThatThrownBy(() -> migration.moveTo(Stage.SHADOW)).isInstanceOf(ControlException.class);
        migration.forceRollback("the owner");
        assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE);
        assertThat(events)
                .filteredOn(AuthorityForced.class::isInstance)
                .singleElement()
                .asString()
                .contains("the owner");
        customers.save(new Customer(5, "on the origin"));

        target.now(Break.NEVER);
        ControlRow before = targetRow();
        assertThat(before.role()).isEqualTo(Role.AUTHORITY);
        customers.save(new Customer(6, "on the origin"));
        try (Connection there = databases.target().pool().getConnection()) {
            there.setAutoCommit(false);
            assertThatThrownBy(() -> migration.inTransaction(there, () -> true))
                    .isInstanceOf(StageMovedException.class);
            there.rollback();
        }
        assertThat(databases.origin().rows("select id, name from customer order by id"))
                .containsExactly("1,one", "2,two", "3,three", "5,on the origin", "6,on the origin");

        migration.refresh();
        assertThat(targetRow())
                .extracting(ControlRow::role, ControlRow::remaining, ControlRow::handover)
                .containsExactly(Role.CLOSED, null, 1L);
        try (JdbcMigration stranger = build()) {
            stranger.refresh();
            assertThat(stranger.stage()).isEqualTo(Stage.DUAL_WRITE);
        }
    }

    @Test
    void whatWasLostIsReconciledAndTheTargetFollowsAgain() throws Exception {
        target.now(Break.CONNECT);
        migration.forceRollback("the owner");
        customers.save(new Customer(5, "on the origin"));
        assertThatThrownBy(() -> migration.unreconciled(10)).isInstanceOf(ControlException.class);
        target.now(Break.NEVER);
        migration.refresh();

        List<Unreconciled> lost = migration.unreconciled(10);
        assertThat(lost).extracting(Unreconciled::record).containsExactlyElementsOf(Shop.ids(Shop.CUSTOMERS, 1, 4, 3));
        assertThat(lost).allMatch(each -> !each.age().isNegative());
        assertThat(lost.toString()).doesNotContain("key=").contains("customer#");
        assertThatThrownBy(migration::readopt)
                .isInstanceOf(StageRefusedException.class)
                .hasMessageContaining("reconcile them first");
        migration.takeFromLost(Shop.ids(Shop.CUSTOMERS, 1, 3));
        assertThat(databases.origin().rows("select id, name from customer order by id"))
                .containsExactly("1,newer", "2,two", "5,on the origin");
        Set<RecordId> rest = Set.copyOf(Shop.ids(Shop.CUSTOMERS, 4));
        migration.dropFromLost(rest);
        assertThat(migration.unreconciled(10)).isEmpty();

        migration.readopt();
        assertThatThrownBy(migration::readopt).isInstanceOf(StageRefusedException.class);
        assertThat(migration.obstacles(Stage.SHADOW)).singleElement().asString().contains("backfill");
        migration.start();
        migration.backfill();
        assertThat(migration.awaitDrained(Duration.ofSeconds(60))).isTrue();
        migration.moveTo(Stage.SHADOW);
        assertThat(migration.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        assertThat(databases.target().rows("select id, full_name from customers order by id"))
                .containsExactly("1,newer", "2,two", "5,on the origin");
        migration.moveTo(Stage.LIVE);
        assertThat(targetRow())
                .extracting(ControlRow::handover, ControlRow::generation)
                .containsExactly(3L, 2);
    }

    @Test
    void nothingIsReconciledOnASideThatWasNotLost() {
        assertThatThrownBy(() -> migration.unreconciled(10))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was lost");
        assertThatThrownBy(() -> migration.dropFromLost(Shop.ids(Shop.CUSTOMERS, 1)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(databases.target().count("dualwrite_journal")).isEqualTo(3);
    }

    private ControlRow targetRow() {
        return new ControlRows(
                        new Place("shop", Side.TARGET, databases.target().pool(), Limits.DEFAULT, Pace.real()), false)
                .read();
    }

    private JdbcMigration build() {
        return Jdbc.migration("shop", databases.origin().pool(), target)
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .listener(events::add)
                .build();
    }
}
