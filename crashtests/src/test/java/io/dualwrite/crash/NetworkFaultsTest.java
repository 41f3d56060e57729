package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.Servers.Engine;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.fault.TcpProxy;
import io.dualwrite.testkit.fault.TcpProxy.Commit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that break, hang, crawl, or end in the very moment of a commit. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
class NetworkFaultsTest {
    private final Pairing pairing;
    private final Sides<Server> servers;
    private Sides<TcpProxy> networks;
    private Cluster cluster;
    private List<NodeProcess> nodes;

    NetworkFaultsTest(Pairing pairing) {
        this.pairing = pairing;
        this.servers = pairing.servers();
    }

    /** The sides whose commits a proxy can tell from other messages. */
    private List<Side> legible() {
        return Stream.of(Side.values())
                .filter(side -> (side == Side.ORIGIN ? pairing.origin() : pairing.target()) != Engine.H2)
                .toList();
    }

    @BeforeEach
    void atShadow() throws Exception {
        networks = Sides.each(side -> network(servers.of(side)));
        cluster = new Cluster(servers, Servers.home())
                .by(Sides.each(side -> networks.of(side).port()))
                .create(24);
        nodes = cluster.nodes(2);
        Lap.toShadow(nodes);
    }

    @AfterEach
    void end() throws Exception {
        cluster.close();
        networks.origin().close();
        networks.target().close();
    }

    private static TcpProxy network(Server server) {
        try {
            return TcpProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void rest() throws Exception {
        cluster.rest(nodes.get(0), nodes).assertSound();
    }

    @ParameterizedTest
    @EnumSource
    void aCommitWithoutAnAnswerIsNeverTakenForOneOrTheOther(Commit fate) throws Exception {
        for (Side side : legible()) {
            for (int commit = 1; commit <= 8; commit++) {
                lose(side, commit, fate);
            }
        }
        System.out.println(cluster.rest(nodes.get(0), nodes).assertSound());
    }

    private void lose(Side side, int nth, Commit fate) {
        int before = networks.of(side).lostCommits();
        networks.of(side).loseCommit(nth, fate);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (networks.of(side).lostCommits() == before) {
            assertThat(System.nanoTime()).as("the time when a commit was lost").isLessThan(until);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("matrix")
    void anyCommitOfAFlipOrARollbackMayBeWithoutAnswer(Commit fate) throws Exception {
        Cluster.all(nodes, "pause");
        for (Side side : legible()) {
            for (int commit = 1; commit <= 20; commit++) {
                networks.of(side).loseCommit(commit, fate);
                Lap.step(nodes.get(commit % 2), "move LIVE");
                networks.of(side).loseCommit(commit, fate);
                Lap.step(nodes.get((commit + 1) % 2), "move SHADOW");
            }
        }
        for (Side side : legible()) {
            assertThat(networks.of(side).lostCommits()).isGreaterThan(10);
        }
        networks.origin().heal();
        networks.target().heal();
        Cluster.all(nodes, "resume");
        nodes.get(0).awaitWrites(50);
        System.out.println(cluster.rest(nodes.get(0), nodes).assertSound());
    }

    @Test
    void connectionsMayBreakAtAnyMoment() throws Exception {
        for (int round = 0; round < 10; round++) {
            for (Side side : Side.values()) {
                nodes.get(0).awaitWrites(5);
                networks.of(side).cut();
            }
        }
        rest();
    }

    @Test
    void aCopyThatHangsDelaysNoWrite() throws Exception {
        networks.target().hang(true);
        nodes.get(0).awaitWrites(200);
        networks.target().hang(false);
        rest();
        assertThat(Cluster.unexpected(nodes)).isEmpty();
    }

    @Test
    @Tag("matrix")
    void anAuthorityThatHangsLosesNothing() throws Exception {
        networks.origin().hang(true);
        // Longer than any client of it waits for an answer.
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(12));
        networks.origin().hang(false);
        nodes.get(0).awaitWrites(20);
        rest();
    }

    @Test
    @Tag("matrix")
    void aSlowNetworkSlowsAFlipAndFailsNoWrite() throws Exception {
        networks.target().delay(Duration.ofMillis(5));
        networks.origin().delay(Duration.ofMillis(5));
        for (int round = 0; round < 3; round++) {
            Lap.step(nodes.get(0), "move LIVE");
            Lap.step(nodes.get(1), "move SHADOW");
        }
        assertThat(Cluster.unexpected(nodes)).isEmpty();
        rest();
    }

    @Test
    void anotherServerBehindTheSameAddressGetsNothing() throws Exception {
        networks.target()
                .leadTo(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), servers.origin().port()));
        networks.target().cut();
        nodes.get(0).awaitWrites(100);
        networks.target()
                .leadTo(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), servers.target().port()));
        networks.target().cut();
        // Whoever has seen the other one leaves both alone until somebody has looked into it.
        Lap.step(nodes.get(0), "adopt TARGET");
        rest();
        assertThat(Cluster.unexpected(nodes)).isEmpty();
    }
}
