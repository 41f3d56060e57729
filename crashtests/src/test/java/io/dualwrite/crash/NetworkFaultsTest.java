package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that break, hang, crawl, or lead elsewhere. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
class NetworkFaultsTest {
    private final Pairing pairing;
    private final Sides<Server> servers;
    private Networked networked;
    private List<NodeProcess> nodes;

    NetworkFaultsTest(Pairing pairing) {
        this.pairing = pairing;
        this.servers = pairing.servers();
    }

    @BeforeEach
    void atShadow() throws Exception {
        networked = new Networked(servers);
        nodes = networked.begin().nodes();
    }

    @AfterEach
    void end() throws Exception {
        networked.close();
    }

    @Test
    void connectionsMayBreakAtAnyMoment() throws Exception {
        for (int round = 0; round < 10; round++) {
            for (Side side : Side.values()) {
                nodes.get(0).awaitWrites(5);
                networked.network(side).cut();
            }
        }
        networked.rest();
    }

    @Test
    void aCopyThatHangsDelaysNoWrite() throws Exception {
        networked.network(Side.TARGET).hang(true);
        nodes.get(0).awaitWrites(200);
        networked.network(Side.TARGET).hang(false);
        networked.rest();
        assertThat(Cluster.unexpected(nodes)).isEmpty();
    }

    @Test
    @Tag("matrix")
    void anAuthorityThatHangsLosesNothing() throws Exception {
        networked.network(Side.ORIGIN).hang(true);
        // Longer than any client of it waits for an answer.
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(12));
        networked.network(Side.ORIGIN).hang(false);
        nodes.get(0).awaitWrites(20);
        networked.rest();
    }

    @Test
    @Tag("matrix")
    void aSlowNetworkSlowsAFlipAndFailsNoWrite() throws Exception {
        networked.network(Side.TARGET).delay(Duration.ofMillis(5));
        networked.network(Side.ORIGIN).delay(Duration.ofMillis(5));
        for (int round = 0; round < 3; round++) {
            Lap.step(nodes.get(0), "move LIVE");
            Lap.step(nodes.get(1), "move SHADOW");
        }
        assertThat(Cluster.unexpected(nodes)).isEmpty();
        networked.rest();
    }

    /** Only its identity tells it from the target: its tables are the same, and its control row says what the target's says. */
    @Test
    void anotherServerBehindTheSameAddressGetsNothing() throws Exception {
        Cluster cluster = networked.cluster();
        Server stranger = Servers.stranger(pairing.target());
        cluster.restore(Side.TARGET, stranger);
        networked.lead(Side.TARGET, stranger);
        nodes.forEach(node -> node.awaitStranger(Side.TARGET));
        nodes.get(0).awaitWrites(100);
        assertThatThrownBy(() -> nodes.get(0).call("move LIVE")).hasMessageContaining("adoptServer(TARGET");
        assertThat(count(cluster.servers.origin(), "dualwrite_journal")).isPositive();
        assertThat(count(stranger, Item.table(Side.TARGET))).isZero();
        assertThat(count(stranger, "footprint")).isZero();

        networked.lead(Side.TARGET, servers.target());
        // Whoever has seen the other one leaves both alone until somebody has looked into it.
        Lap.step(nodes.get(0), "adopt TARGET");
        networked.rest();
        assertThat(count(stranger, "footprint")).isZero();
        assertThat(Cluster.unexpected(nodes)).isEmpty();
    }

    private long count(Server server, String table) throws SQLException {
        return server.query(networked.cluster().schema, "select count(*) from " + table, row -> row.getLong(1))
                .get(0);
    }
}
