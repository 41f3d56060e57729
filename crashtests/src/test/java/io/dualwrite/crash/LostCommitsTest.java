package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.Servers.Engine;
import io.dualwrite.stage.Side;
import io.dualwrite.testkit.fault.TcpProxy.Commit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that end in the very moment of a commit. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
class LostCommitsTest {
    private final Pairing pairing;
    private Networked networked;
    private List<NodeProcess> nodes;

    LostCommitsTest(Pairing pairing) {
        this.pairing = pairing;
    }

    /** The sides whose commits a proxy can tell from other messages. */
    private List<Side> legible() {
        return Stream.of(Side.values())
                .filter(side -> (side == Side.ORIGIN ? pairing.origin() : pairing.target()) != Engine.H2)
                .toList();
    }

    @BeforeEach
    void atShadow() throws Exception {
        networked = new Networked(pairing.servers());
        nodes = networked.begin().nodes();
    }

    @AfterEach
    void end() throws Exception {
        networked.close();
    }

    @ParameterizedTest
    @EnumSource
    void aCommitWithoutAnAnswerIsNeverTakenForOneOrTheOther(Commit fate) throws Exception {
        for (Side side : legible()) {
            for (int commit = 1; commit <= 8; commit++) {
                lose(side, commit, fate);
            }
        }
        System.out.println(networked.rest());
    }

    private void lose(Side side, int nth, Commit fate) {
        int before = networked.network(side).lostCommits();
        networked.network(side).loseCommit(nth, fate);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (networked.network(side).lostCommits() == before) {
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
                networked.network(side).loseCommit(commit, fate);
                Lap.step(nodes.get(commit % 2), "move LIVE");
                networked.network(side).loseCommit(commit, fate);
                Lap.step(nodes.get((commit + 1) % 2), "move SHADOW");
            }
        }
        for (Side side : legible()) {
            assertThat(networked.network(side).lostCommits()).isGreaterThan(10);
        }
        networked.network(Side.ORIGIN).heal();
        networked.network(Side.TARGET).heal();
        Cluster.all(nodes, "resume");
        nodes.get(0).awaitWrites(50);
        System.out.println(networked.rest());
    }
}
