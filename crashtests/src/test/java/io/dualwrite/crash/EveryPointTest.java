package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.CrashWalk.Fate;
import io.dualwrite.crash.Servers.Engine;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that dies, or sleeps, between any two things it asks of a database. The points are found by looking on while a
 * node goes around undisturbed, and have the numbers that are printed with them.
 */
@Tag("matrix")
class EveryPointTest {
    @ParameterizedTest
    @EnumSource
    void aNodeIsKilledOrSleepsAtEveryPoint(Fate fate) throws Exception {
        try (Cluster cluster = new Pairing(Engine.POSTGRES, Engine.POSTGRES).cluster(24)) {
            CrashWalk walk = new CrashWalk(cluster);
            List<String> points = walk.discover();
            for (int number = 1; number <= points.size(); number++) {
                System.out.println("point " + number + ": " + points.get(number - 1));
            }
            assertThat(points).containsAll(CrashPointsTest.DECISIVE).containsAll(CrashPointsTest.TRANSFERRING);
            walk.visit(points, fate);
            System.out.println(points.size() + " points, each " + fate + ": " + walk.report());
        }
    }
}
