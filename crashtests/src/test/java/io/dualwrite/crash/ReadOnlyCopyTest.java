package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.Servers.Engine;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A copy that answers, and takes nothing. */
class ReadOnlyCopyTest {
    @Test
    void aCopyThatTakesNothingStopsNoWriteAndIsBroughtUpToDateLater() throws Exception {
        takesNothingForAWhile(new Pairing(Engine.POSTGRES, Engine.POSTGRES));
    }

    @ParameterizedTest
    @CsvSource({"POSTGRES, MARIADB", "MARIADB, POSTGRES"})
    @Tag("matrix")
    void soDoesOneBesideMariaDb(Engine origin, Engine target) throws Exception {
        takesNothingForAWhile(new Pairing(origin, target));
    }

    private static void takesNothingForAWhile(Pairing pairing) throws Exception {
        try (Cluster cluster = pairing.cluster(24)) {
            List<NodeProcess> nodes = cluster.nodes(2);
            Lap.toShadow(nodes);
            Server copy = cluster.servers.target();
            copy.readOnly(true);
            try {
                for (NodeProcess node : nodes) {
                    copy.dismiss(cluster.schema, node.name());
                }
                nodes.get(0).awaitWrites(200);
                assertThat(nodes.get(0).call("troubles")).contains("TransferFailed");
            } finally {
                copy.readOnly(false);
            }
            for (NodeProcess node : nodes) {
                copy.dismiss(cluster.schema, node.name());
            }
            cluster.rest(nodes.get(0), nodes).assertSound();
            assertThat(Cluster.unexpected(nodes)).isEmpty();
        }
    }
}
