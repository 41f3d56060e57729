package io.dualwrite.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FootprintCheckerTest {
    private final List<Footprint> footprints = new ArrayList<>();
    private long order;

    private FootprintCheckerTest authority(String side, long handover, String was, String now) {
        footprints.add(new Footprint(side, ++order, "k", was, now, "AUTHORITY", handover));
        return this;
    }

    private FootprintCheckerTest copy(String side, long handover, String was, String now) {
        footprints.add(new Footprint(side, ++order, "k", was, now, "COPY", handover));
        return this;
    }

    private List<Violation.Kind> complaints() {
        return new FootprintChecker()
                .check(Map.of(), footprints).stream().map(Violation::kind).toList();
    }

    @Test
    void aCopyMayLeaveStatesOut() {
        authority("ORIGIN", 0, null, "a").authority("ORIGIN", 0, "a", "b").authority("ORIGIN", 0, "b", null);
        copy("TARGET", 0, null, "a").copy("TARGET", 0, "a", null);

        assertThat(complaints()).isEmpty();
    }

    @Test
    void theChainGoesOnOnTheOtherSide() {
        authority("ORIGIN", 0, null, "a").copy("TARGET", 0, null, "a");
        authority("TARGET", 1, "a", "b").copy("ORIGIN", 1, "a", "b");
        authority("ORIGIN", 2, "b", null).copy("TARGET", 2, "b", null);

        assertThat(complaints()).isEmpty();
    }

    @Test
    void aCopyThatGoesBackIsReordered() {
        authority("ORIGIN", 0, null, "a").authority("ORIGIN", 0, "a", "b");
        copy("TARGET", 0, null, "b").copy("TARGET", 0, "b", "a");

        assertThat(complaints()).containsExactly(Violation.Kind.REORDERED);
    }

    @Test
    void aCopyThatBringsADeletedRecordBackIsReordered() {
        authority("ORIGIN", 0, null, "a").authority("ORIGIN", 0, "a", null);
        copy("TARGET", 0, null, "a").copy("TARGET", 0, "a", null).copy("TARGET", 0, null, "a");

        assertThat(complaints()).containsExactly(Violation.Kind.REORDERED);
    }

    @Test
    void aCopyWithAStateOfNobodysIsReordered() {
        authority("ORIGIN", 0, null, "a").copy("TARGET", 0, null, "z");

        assertThat(complaints()).containsExactly(Violation.Kind.REORDERED);
    }

    @Test
    void aNewAuthorityThatLacksTheLastWriteHasLostIt() {
        authority("ORIGIN", 0, null, "a").authority("ORIGIN", 0, "a", "b").copy("TARGET", 0, null, "a");
        authority("TARGET", 1, "a", "c");

        assertThat(complaints()).contains(Violation.Kind.STALE);
    }

    @Test
    void aNewAuthorityWithoutTheRecordHasLostIt() {
        authority("ORIGIN", 0, null, "a").authority("TARGET", 1, null, "b");

        assertThat(complaints()).contains(Violation.Kind.LOST);
    }

    @Test
    void twoAuthoritiesAtOneHandoverAreUnfenced() {
        authority("ORIGIN", 3, null, "a").copy("TARGET", 3, null, "a").authority("TARGET", 3, "a", "b");

        assertThat(complaints()).contains(Violation.Kind.UNFENCED);
    }

    @Test
    void aChangeOnAClosedSideIsUnfenced() {
        footprints.add(new Footprint("ORIGIN", 1, "k", null, "a", "CLOSED", 0));

        assertThat(complaints()).contains(Violation.Kind.UNFENCED);
    }
}
