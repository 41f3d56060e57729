package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.Servers.Engine;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A copy that answers, and takes nothing. */
class ReadOnlyCopyTest {
    @Test
    void aCopyThatTakesNothingStopsNoWriteAndIsBroughtUpToDateLater() throws Exception {
        try (Cluster cluster = new Pairing(Engine.POSTGRES, Engine.POSTGRES).cluster(24)) {
            List<NodeProcess> nodes = cluster.nodes(2);
            Lap.toShadow(nodes);
            Server copy = cluster.servers.target();
            copy.run("public", "alter database postgres set default_transaction_read_only = on");
            try {
                for (NodeProcess node : nodes) {
                    copy.dismiss(cluster.schema, node.name());
                }
                nodes.get(0).awaitWrites(200);
            } finally {
                copy.run(
                        "public",
                        "set default_transaction_read_only = off",
                        "alter database postgres reset default_transaction_read_only");
            }
            for (NodeProcess node : nodes) {
                copy.dismiss(cluster.schema, node.name());
            }
            cluster.rest(nodes.get(0), nodes).assertSound();
            assertThat(Cluster.unexpected(nodes)).isEmpty();
        }
    }
}
