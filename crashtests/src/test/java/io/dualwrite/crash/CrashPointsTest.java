package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.CrashWalk.Fate;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that dies, or sleeps, where it matters most; {@link EveryPointTest} goes through all the other places. */
@ParameterizedClass
@MethodSource("io.dualwrite.crash.Pairing#all")
@TestInstance(Lifecycle.PER_CLASS)
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

    @Parameter
    Pairing pairing;

    private Cluster cluster;
    private CrashWalk walk;
    private List<String> points;

    @BeforeParameterizedClassInvocation
    void discover() throws Exception {
        cluster = pairing.cluster(RECORDS);
        walk = new CrashWalk(cluster);
        points = walk.discover();
    }

    @AfterParameterizedClassInvocation
    void end() throws Exception {
        cluster.close();
    }

    @Test
    void aNodeIsKilledWhereAHandoverIsDecided() throws Exception {
        visit(DECISIVE, Fate.KILLED);
    }

    @Test
    @Tag("matrix")
    void aNodeSleepsWhereAHandoverIsDecided() throws Exception {
        visit(DECISIVE, Fate.STOPPED);
    }

    @Test
    @Tag("matrix")
    void aNodeIsKilledInTheMiddleOfATransfer() throws Exception {
        visit(TRANSFERRING.subList(2, 4), Fate.KILLED);
    }

    @Test
    void aNodeSleepsInTheMiddleOfATransfer() throws Exception {
        visit(TRANSFERRING, Fate.STOPPED);
    }

    private void visit(List<String> chosen, Fate fate) throws Exception {
        assertThat(points).containsAll(chosen);
        walk.visit(chosen, fate);
        System.out.println(pairing + ": " + walk.report());
    }
}
