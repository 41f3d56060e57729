package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.decorate.Range;
import io.dualwrite.decorate.RecordKey;
import io.dualwrite.decorate.Writes;
import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.repair.Unreconciled;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements that change records nobody has named. */
@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class RangeEffectsTest {
    private static final int MANY = 250;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Some of it explains itself, some is declared in code. */
    interface Bulk {
        @Writes(range = Range.BETWEEN)
        int renameBetween(@RecordKey("customer") long first, @RecordKey("customer") long last, String name)
                throws SQLException;

        void purge(String name) throws SQLException;
    }

    private record InTable(DataSource source, String table, String column) implements Bulk {
        @Override
        public int renameBetween(long first, long last, String name) throws SQLException {
            try (Connection connection = source.getConnection();
                    PreparedStatement rename = connection.prepareStatement(
                            "update " + table + " set " + column + " = ? where id between ? and ?")) {
                rename.setString(1, name);
                rename.setLong(2, first);
                rename.setLong(3, last);
                return rename.executeUpdate();
            }
        }

        @Override
        public void purge(String name) throws SQLException {
            try (Connection connection = source.getConnection();
                    PreparedStatement purge =
                            connection.prepareStatement("delete from " + table + " where " + column + " = ?")) {
                purge.setString(1, name);
                purge.executeUpdate();
            }
        }
    }

    private final Sides<TestDatabase> databases;
    private final BrokenDataSource target;
    private final JdbcMigration migration;
    private final Bulk bulk;

    RangeEffectsTest(Engine origin, Engine target) throws Exception {
        this.databases = new Sides<>(origin.create(), target.create());
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        this.target = new BrokenDataSource(databases.target().pool());
        this.migration = Jdbc.migration("shop", databases.origin().pool(), this.target)
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .createTables(true)
                .attestedBy("this test")
                .build();
        this.bulk = migration.decorate(
                Bulk.class,
                methods -> methods.rangeDirty("purge", "customer"),
                source -> new InTable(source, "customer", "name"),
                source -> new InTable(source, "customers", "full_name"));
        try (Connection connection = databases.origin().pool().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("insert into customer (id, name) values (?, 'some')")) {
            for (int id = 1; id <= MANY; id++) {
                insert.setLong(1, id);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.verify(VerifyPolicy.REPAIR);
    }

    @AfterEach
    void close() {
        target.now(Break.NEVER);
        migration.close();
    }

    @Test
    void whatSuchStatementsChangedComesToTheCopyAndBack() throws Exception {
        bulk.renameBetween(200, 40, "nobody");
        bulk.renameBetween(40, 200, "new");
        bulk.purge("some");
        migration.inTransaction(() -> {
            run(Side.ORIGIN, "insert into customer (id, name) values (1000, 'added')");
            migration.changedAll(Shop.CUSTOMERS);
            run(Side.ORIGIN, "delete from customer where id = 100");
            migration.changedBetween(Shop.CUSTOMERS, 120L, 90L);
        });
        assertThatThrownBy(() -> migration.inTransaction(() -> {
                    run(Side.ORIGIN, "delete from customer");
                    migration.changedAll(Shop.CUSTOMERS);
                    throw new IllegalStateException("changed its mind");
                }))
                .hasMessage("changed its mind");
        // Each statement left one row: the same interval twice, another one, and everything twice.
        assertThat(databases.origin().count("dualwrite_journal")).isEqualTo(5);
        assertThat(migration.backlog().ranges()).isEqualTo(5);
        // What differs meanwhile is in flight.
        assertThat(migration.verify(VerifyPolicy.REPORT).confirmed()).isZero();

        migration.start();
        assertThat(migration.awaitDrained(PATIENCE)).isTrue();
        assertThat(databases.target().rows("select id, full_name from customers order by id"))
                .isEqualTo(databases.origin().rows("select id, name from customer order by id"))
                .hasSize(161);
        migration.moveTo(Stage.SHADOW);
        assertThat(migration.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        migration.moveTo(Stage.LIVE);
        bulk.purge("new");
        assertThat(migration.awaitDrained(PATIENCE)).isTrue();
        assertThat(databases.origin().rows("select name from customer")).containsExactly("added");
    }

    @Test
    void nothingIsSettledWhileATransferThatWasBegunBeforeHoldsItsStripe() throws Exception {
        Shop shop = new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS));
        TableCarrier carrier = shop.made.carrier();
        try (Connection transfer = databases.target().pool().getConnection()) {
            transfer.setAutoCommit(false);
            try (PreparedStatement stripe = transfer.prepareStatement(
                    "select stripe from dualwrite_stripe where side = 'TARGET' and stripe = 63 for update")) {
                stripe.executeQuery();
            }
            assertThatThrownBy(() -> carrier.settle(Side.ORIGIN)).isInstanceOf(SQLException.class);
            transfer.rollback();
        }
        carrier.settle(Side.ORIGIN);
    }

    @Test
    void aRangeThatWasLostWithTheTargetIsTakenOverWholeOrDropped() throws Exception {
        migration.moveTo(Stage.LIVE);
        bulk.renameBetween(2, 5, "lost");
        bulk.purge("some");
        target.now(Break.CONNECT);
        migration.forceRollback("the owner");
        target.now(Break.NEVER);
        migration.refresh();
        RecordId some = Shop.CUSTOMERS.type().between(2L, 5L).id();
        RecordId all = RecordRange.all("customer").id();
        assertThat(migration.unreconciled(10)).extracting(Unreconciled::record).containsExactly(some, all);
        migration.takeFromLost(List.of(some));
        assertThat(databases.origin().rows("select id from customer where name = 'lost' order by id"))
                .containsExactly("2", "3", "4", "5");
        assertThat(databases.origin().count("customer")).isEqualTo(MANY);
        migration.takeFromLost(List.of(all));
        assertThat(databases.origin().count("customer")).isEqualTo(4);
        assertThat(migration.unreconciled(10)).isEmpty();
    }

    private void run(Side side, String sql) throws SQLException {
        try (Connection connection = migration.dataSource(side).getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        }
    }
}
