package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.CrashWalk.Fate;
import io.dualwrite.crash.Servers.Engine;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that dies, or sleeps, between any two things it asks of a database. The points are found by looking on while a
 * node goes around undisturbed, and have the numbers that are printed with them.
 */
class CrashPointsTest {
    private static final int RECORDS = 24;

    private static final List<String> DECISIVE = List.of(
            "coordinator to LIVE at ORIGIN before the commit of control row CLOSED/SHADOW",
            "coordinator to LIVE at ORIGIN after the commit of control row CLOSED/SHADOW",
            "coordinator to LIVE at ORIGIN before the commit of control row CEDED/SHADOW",
            "coordinator to LIVE at ORIGIN after the commit of control row CEDED/SHADOW",
            "coordinator to LIVE at TARGET after the commit of control row AUTHORITY/LIVE",
            "coordinator to SHADOW at TARGET after the commit of control row CEDED/LIVE",
            "coordinator to DUAL_WRITE at TARGET after the commit of control row COPY/LIVE");

    private static final List<String> TRANSFERRING = List.of(
            "relay at ORIGIN after the commit of claim",
            "relay at ORIGIN before read records",
            "relay at TARGET after the commit of note to recheck",
            "backfill at TARGET before records");

    @Test
    void aNodeIsKilledWhereAHandoverIsDecided() throws Exception {
        visit(Engine.POSTGRES, Engine.POSTGRES, DECISIVE, Fate.KILLED);
    }

    @Test
    void aNodeSleepsWhereAHandoverIsDecided() throws Exception {
        visit(Engine.POSTGRES, Engine.POSTGRES, DECISIVE, Fate.STOPPED);
    }

    @Test
    void aNodeSleepsInTheMiddleOfATransfer() throws Exception {
        visit(Engine.POSTGRES, Engine.POSTGRES, TRANSFERRING, Fate.STOPPED);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("matrix")
    void aNodeIsKilledOrSleepsAtEveryPoint(Fate fate) throws Exception {
        try (Cluster cluster =
                new Cluster(Servers.pair(Engine.POSTGRES, Engine.POSTGRES), Servers.home()).create(RECORDS)) {
            CrashWalk walk = new CrashWalk(cluster);
            List<String> points = walk.discover();
            for (int number = 1; number <= points.size(); number++) {
                System.out.println("point " + number + ": " + points.get(number - 1));
            }
            assertThat(points).containsAll(DECISIVE).containsAll(TRANSFERRING);
            walk.visit(points, fate);
            System.out.println(points.size() + " points, " + walk.report());
        }
    }

    private static void visit(Engine origin, Engine target, List<String> points, Fate fate) throws Exception {
        try (Cluster cluster = new Cluster(Servers.pair(origin, target), Servers.home()).create(RECORDS)) {
            CrashWalk walk = new CrashWalk(cluster);
            assertThat(walk.discover()).containsAll(points);
            walk.visit(points, fate);
            System.out.println(walk.report());
        }
    }
}
