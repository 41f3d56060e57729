package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.CrashWalk.Fate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that dies, or sleeps, where it matters most; {@link EveryPointTest} goes through all the other places. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
class CrashPointsTest {
    private static final int RECORDS = 24;

    static final List<String> DECISIVE = List.of(
            "coordinator to LIVE at ORIGIN before the commit of control row CLOSED/SHADOW",
            "coordinator to LIVE at ORIGIN after the commit of control row CLOSED/SHADOW",
            "coordinator to LIVE at ORIGIN before the commit of control row CEDED/SHADOW",
            "coordinator to LIVE at ORIGIN after the commit of control row CEDED/SHADOW",
            "coordinator to LIVE at TARGET after the commit of control row AUTHORITY/LIVE",
            "coordinator to SHADOW at TARGET after the commit of control row CEDED/LIVE",
            "coordinator to DUAL_WRITE at TARGET after the commit of control row COPY/LIVE");

    static final List<String> TRANSFERRING = List.of(
            "relay at ORIGIN after the commit of claim",
            "relay at ORIGIN before read records",
            "relay at TARGET after the commit of note to recheck",
            "backfill at TARGET before records");

    private final Pairing pairing;

    CrashPointsTest(Pairing pairing) {
        this.pairing = pairing;
    }

    @Test
    void aNodeIsKilledWhereAHandoverIsDecided() throws Exception {
        visit(DECISIVE, Fate.KILLED);
    }

    @Test
    void aNodeSleepsWhereAHandoverIsDecided() throws Exception {
        visit(DECISIVE, Fate.STOPPED);
    }

    @Test
    void aNodeSleepsInTheMiddleOfATransfer() throws Exception {
        visit(TRANSFERRING, Fate.STOPPED);
    }

    private void visit(List<String> points, Fate fate) throws Exception {
        try (Cluster cluster = pairing.cluster(RECORDS)) {
            CrashWalk walk = new CrashWalk(cluster);
            assertThat(walk.discover()).containsAll(points);
            walk.visit(points, fate);
            System.out.println(pairing + ": " + walk.report());
        }
    }
}
