package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.NodeProcess.FailedException;
import io.dualwrite.crash.Servers.Engine;
import io.dualwrite.stage.Side;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that know nothing of each other, and some of them not the time of day. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
class ManyNodesTest {
    private final Pairing pairing;

    ManyNodesTest(Pairing pairing) {
        this.pairing = pairing;
    }

    private Cluster cluster() throws Exception {
        return pairing.cluster(32);
    }

    /** Whatever comes of an order that somebody else countermands. */
    private static void settled(CompletableFuture<String> answer) {
        try {
            NodeProcess.get(answer, 120);
        } catch (FailedException refused) {
            return;
        }
    }

    @Test
    void twoCoordinatorsThatWantDifferentThingsMakeOneAuthority() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(4, "writers=1");
            Lap.toShadow(nodes.get(0));
            for (int round = 0; round < 8; round++) {
                CompletableFuture<String> one = nodes.get(0).begin("move LIVE");
                CompletableFuture<String> other = nodes.get(1).begin("move SHADOW");
                CompletableFuture<String> third = nodes.get(2).begin("move LIVE");
                settled(one);
                settled(other);
                settled(third);
                Lap.step(nodes.get(3), "move SHADOW");
            }
            System.out.println(cluster.rest(nodes.get(3), nodes).assertSound());
            assertThat(Cluster.unexpected(nodes)).isEmpty();
        }
    }

    @Test
    @Tag("matrix")
    void twoBackfillsAndTwoVerificationsDoNoHarm() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(2);
            Lap.step(nodes.get(0), "move DUAL_WRITE");
            for (String job : List.of("backfill", "verify")) {
                CompletableFuture<String> one = nodes.get(0).begin(job);
                CompletableFuture<String> other = nodes.get(1).begin(job);
                NodeProcess.get(one, 60);
                NodeProcess.get(other, 60);
            }
            Lap.step(nodes.get(1), "move SHADOW");
            cluster.rest(nodes.get(0), nodes).assertSound();
        }
    }

    @Test
    void aNodeThatSleptThroughStagesWritesWhereItShould() throws Exception {
        sleeps("DUAL_WRITE", "LIVE");
    }

    @ParameterizedTest
    @CsvSource({"SHADOW, LIVE", "OFF, COMPLETE"})
    @Tag("matrix")
    void soDoesOneThatSleptThroughOneStageOrAll(String from, String to) throws Exception {
        sleeps(from, to);
    }

    /** Where a node falls asleep, and where it finds itself. */
    private void sleeps(String from, String to) throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(2);
            NodeProcess awake = nodes.get(0);
            NodeProcess sleeper = nodes.get(1);
            if (!from.equals("OFF")) {
                Lap.step(awake, "move DUAL_WRITE");
                Lap.step(awake, "backfill");
                Lap.step(awake, "verify");
                Lap.step(awake, "move " + from);
            }
            sleeper.awaitWrites(10);
            // With nothing to do: in the middle of something it would hold up the others, who would wait for it.
            Cluster.all(nodes, "pause");
            if (!from.equals("OFF")) {
                assertThat(awake.call("drain")).isEqualTo("true");
                cluster.awaitCopyLeftAlone(sleeper);
            }
            sleeper.stop();
            if (from.equals("OFF")) {
                Lap.step(awake, "move DUAL_WRITE");
                Lap.step(awake, "backfill");
                Lap.step(awake, "verify");
            }
            Lap.step(awake, "move LIVE");
            if (to.equals("COMPLETE")) {
                awake.call("approve COMPLETE");
                Lap.step(awake, "move COMPLETE");
            }
            sleeper.goOn();
            Cluster.all(nodes, "resume");
            sleeper.awaitWrites(20);
            assertThat(cluster.authority()).isEqualTo(Side.TARGET);
            Cluster.all(nodes, "pause");
            if (!to.equals("COMPLETE")) {
                assertThat(awake.call("drain")).isEqualTo("true");
            }
            cluster.check(!to.equals("COMPLETE")).assertSound();
            assertThat(Cluster.unexpected(nodes)).isEmpty();
        }
    }

    @Test
    @Tag("matrix")
    void fiftyWritersWithTwoConnectionsGetThroughAFlip() throws Exception {
        try (Cluster cluster = cluster()) {
            NodeProcess crowded =
                    cluster.nodes(1, "writers=50", "pool=2", "think=20000").get(0);
            Lap.toShadow(crowded);
            for (int round = 0; round < 3; round++) {
                Lap.step(crowded, "move LIVE");
                crowded.awaitWrites(50);
                Lap.step(crowded, "move SHADOW");
                crowded.awaitWrites(50);
            }
            cluster.rest(crowded, List.of(crowded)).assertSound();
            assertThat(Cluster.unexpected(List.of(crowded))).isEmpty();
        }
    }

    /** Every stage change waits for a transaction of 700 ms, which is less than a flip may take and more than a lock time-out. */
    @Test
    @Tag("matrix")
    void longTransactionsAreWaitedForAndNotCutOff() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(1);
            NodeProcess slow =
                    cluster.nodes(1, "writers=1", "work=700000", "keys=4").get(0);
            List<NodeProcess> all = List.of(nodes.get(0), slow);
            Lap.run(nodes.get(0));
            slow.awaitWrites(1);
            cluster.rest(nodes.get(0), all).assertSound();
            assertThat(Cluster.unexpected(all)).isEmpty();
        }
    }

    /** Everybody wants the same two records, in either order. */
    @Test
    @Tag("matrix")
    void deadlocksVictimsLoseNothing() throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(2, "writers=3", "keys=2", "pairs=1");
            for (int round = 0; round < 2; round++) {
                Lap.run(nodes.get(round));
            }
            cluster.rest(nodes.get(0), nodes).assertSound();
            assertThat(Cluster.unexpected(nodes)).isEmpty();
            if (pairing.origin() == Engine.POSTGRES) {
                assertThat(Cluster.failed(nodes, "40P01")).isPositive();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRANSACTION_REPEATABLE_READ", "TRANSACTION_SERIALIZABLE"})
    @Tag("matrix")
    void stricterIsolationLosesNothingEither(String isolation) throws Exception {
        try (Cluster cluster = cluster()) {
            List<NodeProcess> nodes = cluster.nodes(2, "isolation=" + isolation, "writers=3", "keys=8");
            for (int round = 0; round < 2; round++) {
                Lap.run(nodes.get(round));
            }
            cluster.rest(nodes.get(0), nodes).assertSound();
            if (pairing.origin() == Engine.POSTGRES) {
                assertThat(Cluster.failed(nodes, "40001")).isPositive();
            }
        }
    }
}
