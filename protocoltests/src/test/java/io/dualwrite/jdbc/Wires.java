package io.dualwrite.jdbc;

import io.dualwrite.servers.SuppliedDataSource;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.SimulatedServer;
import java.sql.SQLNonTransientConnectionException;
import java.util.EnumSet;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The ways from one node to the servers. While one is cut this node gets no connection there, whatever others get; those it
 * has go on. Only for whoever holds the baton.
 */
final class Wires {
    private final Baton baton;
    private final Sides<SimulatedServer> servers;
    private final Set<Side> cut = EnumSet.noneOf(Side.class);

    Wires(Baton baton, Sides<SimulatedServer> servers) {
        this.baton = baton;
        this.servers = servers;
    }

    void cut(Side side) {
        cut.add(side);
    }

    void mend() {
        cut.clear();
    }

    Sides<SimulatedNode.Sources> sources() {
        return Sides.each(side -> (label, rewrite) -> {
            DataSource behind = servers.of(side).dataSource(label, sql -> rewrite.apply(ungrouped(sql)));
            return new SuppliedDataSource(() -> {
                if (cut.contains(side)) {
                    baton.step("cut off from the " + side);
                    throw new SQLNonTransientConnectionException("cut off", "08001");
                }
                return behind.getConnection();
            });
        });
    }

    /** The simulated store knows no groups: the list has a record once for each of its intents instead. */
    private static String ungrouped(String sql) {
        String groups = " group by record_type, record_key order by min(id)";
        return sql.contains(groups) ? sql.replace(groups, " order by id").replace("min(created)", "created") : sql;
    }
}
