package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Sixteen writers in four processes want one record, and processes die all the while. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
class HotKeyTest {
    private final Pairing pairing;

    HotKeyTest(Pairing pairing) {
        this.pairing = pairing;
    }

    private static final String[] SETTINGS = {"keys=1", "writers=4", "readers=1", "think=500"};

    @Test
    @Tag("matrix")
    void oneRecordForSixteenWritersEndsEqualOnBothSides() throws Exception {
        contend(pairing, 8);
    }

    static void contend(Pairing pairing, int seconds) throws Exception {
        long seed = 4711;
        Random random = new Random(seed);
        try (Cluster cluster = pairing.cluster(1)) {
            List<NodeProcess> nodes = new ArrayList<>(cluster.nodes(4, SETTINGS));
            Lap.toShadow(nodes.get(0));
            int kills = 0;
            int flips = 0;
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < until) {
                NodeProcess replacement = cluster.spare(SETTINGS);
                int killed = random.nextInt(nodes.size());
                nodes.get((killed + 1) % nodes.size()).awaitWrites(50);
                nodes.get(killed).kill();
                kills++;
                cluster.open(replacement).call("traffic");
                nodes.set(killed, replacement);
                Lap.step(nodes.get(random.nextInt(nodes.size())), flips++ % 2 == 0 ? "move LIVE" : "move SHADOW");
            }
            Cluster.Report report = cluster.rest(nodes.get(0), nodes).assertSound();
            System.out.println("one record, " + seconds + " s, seed " + seed + ": " + kills + " kills, " + flips
                    + " flips and rollbacks, " + report);
            assertThat(report.acknowledged()).isGreaterThan(seconds * 10L);
        }
    }
}
