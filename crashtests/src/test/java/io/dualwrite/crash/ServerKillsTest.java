package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.NodeProcess.FailedException;
import io.dualwrite.stage.Side;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that dies under traffic and comes back with what it had committed. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
class ServerKillsTest {
    private final Pairing pairing;

    ServerKillsTest(Pairing pairing) {
        this.pairing = pairing;
    }

    /** How a server ends. */
    interface End {
        void of(Server server) throws IOException;
    }

    @Test
    void aCopyThatDiesStopsNoWriteAndLosesNone() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(2);
            Lap.toShadow(nodes);
            Server copy = cluster.servers.target();
            copy.kill();
            nodes.get(0).awaitWrites(100);
            copy.start();
            cluster.rest(nodes.get(0), nodes).assertSound();
            assertThat(Cluster.unexpected(nodes)).isEmpty();
        }
    }

    @Test
    void anAuthorityThatDiesKeepsWhatItAcknowledged() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(2);
            Lap.toShadow(nodes);
            ended(cluster, nodes, Side.ORIGIN, Server::stopImmediately);
            Lap.step(nodes.get(1), "move LIVE");
            ended(cluster, nodes, Side.TARGET, Server::kill);
            Lap.step(nodes.get(0), "move SHADOW");
            System.out.println(cluster.rest(nodes.get(0), nodes).assertSound());
        }
    }

    @Test
    void aServerThatDiesRightAfterTheDecisionIsWaitedFor() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(2, "writersWait=30000");
            NodeProcess first = nodes.get(0);
            Lap.toShadow(nodes);
            first.call("arm coordinator to LIVE at ORIGIN after the commit of control row CEDED/SHADOW");
            CompletableFuture<String> flip = first.begin("move LIVE");
            assertThat(first.pollReached(20_000)).isNotNull();
            cluster.servers.target().kill();
            first.call("release");
            assertThat(cluster.role(Side.ORIGIN)).isEqualTo("CEDED");
            cluster.servers.target().start();
            try {
                NodeProcess.get(flip, 60);
            } catch (FailedException broken) {
                Lap.step(nodes.get(1), "move LIVE");
            }
            nodes.get(1).awaitWrites(20);
            assertThat(cluster.authority()).isEqualTo(Side.TARGET);
            cluster.rest(first, nodes).assertSound();
        }
    }

    @Test
    @Tag("matrix")
    void eitherSideDiesEitherWayInEitherRole() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(3);
            Lap.toShadow(nodes);
            for (String stage : List.of("SHADOW", "LIVE", "SHADOW")) {
                Lap.step(nodes.get(0), "move " + stage);
                for (Side side : Side.values()) {
                    ended(cluster, nodes, side, Server::stopImmediately);
                    ended(cluster, nodes, side, Server::kill);
                }
            }
            System.out.println(cluster.rest(nodes.get(0), nodes).assertSound());
        }
    }

    private static void ended(Cluster cluster, List<NodeProcess> nodes, Side side, End end) throws Exception {
        for (NodeProcess node : nodes) {
            node.awaitWrites(20);
        }
        end.of(cluster.servers.of(side));
        cluster.servers.of(side).start();
        for (NodeProcess node : nodes) {
            node.awaitWrites(5);
        }
        cluster.rest(nodes.get(0), nodes).assertSound();
    }

    private Cluster cluster() throws Exception {
        return pairing.cluster(24);
    }
}
