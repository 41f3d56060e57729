package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.jdbc.Scenario.Stores;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.Hazards;
import io.dualwrite.testkit.simulation.SimulatedServer;
import io.dualwrite.testkit.simulation.SimulatedStore;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody decides about a record of a lost side, and stands still in the middle of it while others finish without him. */
class LateDecisionTest {
    private static final Set<RecordId> ONE = Set.of(SimulatedNode.id(1));

    private interface Meanwhile {
        void happens() throws Exception;
    }

    /** Lets others act when a statement is about to be sent whose text has this in it, once. */
    private static final class Standstill extends Variation {
        private String at = "";
        private @Nullable Meanwhile meanwhile;

        void at(String text, Meanwhile others) {
            at = text;
            meanwhile = others;
        }

        @Override
        UnaryOperator<String> librarysSql() {
            return sql -> {
                Meanwhile now = meanwhile;
                if (now != null && sql.startsWith("select") && sql.contains(at)) {
                    meanwhile = null;
                    try {
                        now.happens();
                    } catch (Exception failure) {
                        throw new IllegalStateException("What was to happen meanwhile failed", failure);
                    }
                }
                return sql;
            };
        }
    }

    private final Sides<SimulatedServer> servers = Sides.each(side -> Scenario.open(Stores.SIMULATED, side));
    private final Standstill standstill = new Standstill();
    private final SimulatedNode late = node(standstill);
    private final SimulatedNode other = node(new Variation());

    private SimulatedNode node(Variation variation) {
        Baton baton = new Baton(0, Hazards.NONE, 0);
        Witness nobody = new Witness() {
            @Override
            public void began(Side side) {}

            @Override
            public void writing(Map<Long, Long> values, Set<Long> swept) {}
        };
        return new SimulatedNode(
                baton,
                Duration.ZERO,
                Sides.each(side -> servers.of(side)::dataSource),
                variation,
                nobody,
                event -> {},
                Connection.TRANSACTION_READ_COMMITTED);
    }

    @BeforeEach
    void loseTheTarget() throws Exception {
        Scenario.prepare(servers, Start.LIVE, new Random(1));
        late.board.refresh();
        other.board.refresh();
        write(other, 11);
        SimulatedStore target = (SimulatedStore) servers.target();
        target.down(true);
        other.steps.force(Side.TARGET, "the test");
        target.down(false);
        other.board.refresh();
        other.handover.settle();
        late.board.refresh();
    }

    @AfterEach
    void close() {
        servers.origin().close();
        servers.target().close();
    }

    @Test
    void whoDropsARecordTooLateForgetsNoChangeThatWasMadeSince() throws Exception {
        standstill.at("from dualwrite_journal", () -> {
            readoptWithoutIt();
            other.moveTo(Stage.LIVE);
            write(other, 33);
        });
        assertThatThrownBy(() -> late.reconciliation().drop(ONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is something to reconcile only");
        assertThat(other.journals.target().seen(ONE)).hasSize(1);
    }

    @Test
    void whoTakesARecordTooLateOverwritesNoChangeByWhatTheCopyHas() throws Exception {
        standstill.at("\"item_v2\"", () -> {
            write(other, 22);
            readoptWithoutIt();
            write(other, 33);
        });
        assertThatThrownBy(() -> late.reconciliation().take(ONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is something to reconcile only");
        assertThat(servers.origin().committed("item"))
                .filteredOn(row -> row.get("id").equals(1L))
                .singleElement()
                .extracting(row -> row.get("amount"))
                .isEqualTo(33L);
    }

    private void readoptWithoutIt() throws Exception {
        other.reconciliation().drop(ONE);
        other.steps.readopt(Side.TARGET);
        other.backfill.run();
        assertThat(other.verifier.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
    }

    private static void write(SimulatedNode node, long amount) throws Exception {
        node.transactions.write(transaction -> {
            String table = SimulatedNode.table(transaction.side());
            transaction.changed(SimulatedNode.id(1));
            try (Connection connection = node.bound.of(transaction.side()).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("delete from " + table + " where id = 1");
                statement.executeUpdate("insert into " + table + " (id, amount) values (1, " + amount + ")");
            }
            return amount;
        });
    }
}
